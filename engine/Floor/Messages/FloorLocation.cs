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
    public static int ContentLength_bytes(byte type) => type switch
    {
        0 => 0,
        1 => 7,
        2 => 5,
        3 => 3,
        4 => 2,
        5 => 1,
        6 => 6,
        _ => -1,
    };
}
