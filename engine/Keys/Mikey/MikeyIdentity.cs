namespace MediaEngine.Keys;

/// <summary>ID or IDR (RFC 3830 6.7, RFC 6043 6.6).</summary>
public readonly ref struct MikeyIdentity
{
    internal MikeyIdentity(MikeyIdentityRole? role, MikeyIdentityType type, ReadOnlySpan<byte> data)
    {
        Role = role;
        Type = type;
        Data = data;
    }

    /// <summary>Null in an ID payload.</summary>
    public MikeyIdentityRole? Role { get; }

    public MikeyIdentityType Type { get; }

    /// <summary>A URI's UTF-8 octets, or the octets of a UID or identifier.</summary>
    public ReadOnlySpan<byte> Data { get; }
}
