namespace MediaEngine.Keys;

/// <summary>SIGN (RFC 3830 6.5). It covers the message up to its own type and length.</summary>
public readonly ref struct MikeySignature
{
    /// <summary>ECCSI: r, s and PVT (RFC 6507 4).</summary>
    public const int Eccsi_bytes = 129;

    /// <summary>The length field has 12 bits.</summary>
    public const int MaxLength_bytes = 0x0FFF;

    internal MikeySignature(MikeySignatureType type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    public MikeySignatureType Type { get; }

    public ReadOnlySpan<byte> Value { get; }
}
