namespace MediaEngine.Keys;

/// <summary>General extension (RFC 3830 6.15).</summary>
public readonly ref struct MikeyGeneralExtension
{
    internal MikeyGeneralExtension(MikeyExtensionType type, ReadOnlySpan<byte> data)
    {
        Type = type;
        Data = data;
    }

    public MikeyExtensionType Type { get; }

    public ReadOnlySpan<byte> Data { get; }
}
