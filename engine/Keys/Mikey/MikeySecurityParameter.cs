namespace MediaEngine.Keys;

/// <summary>One parameter of a security policy.</summary>
public readonly ref struct MikeySecurityParameter
{
    internal MikeySecurityParameter(MikeySrtpParameter type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    public MikeySrtpParameter Type { get; }

    /// <summary>0..255 octets.</summary>
    public ReadOnlySpan<byte> Value { get; }
}
