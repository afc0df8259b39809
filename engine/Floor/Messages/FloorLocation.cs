namespace MediaEngine.Floor;

/// <summary>A Location value (TS 24.380 8.2.3.21): a type and its octets.</summary>
public readonly ref struct FloorLocation
{
    internal FloorLocation(ReadOnlySpan<byte> typeAndContent)
    {
        Type = typeAndContent[0];
        Content = typeAndContent[1..];
    }

    /// <summary>0 not provided, 1 ECGI, 2 tracking area, 3 PLMN, 4 MBMS service area, 5 MBSFN area, 6 coordinates.</summary>
    public byte Type { get; }

    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Octets after the type, or -1 for a type whose size is not known.</summary>
    public static int ContentLength_bytes(byte type) => type < ContentLengths.Length ? ContentLengths[type] : -1;

    private static ReadOnlySpan<byte> ContentLengths => [0, 7, 5, 3, 2, 1, 6];
}
