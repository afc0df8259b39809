using System.Buffers.Binary;

namespace MediaEngine.Floor;

/// <summary>
/// A List of SSRCs (TS 24.380 8.2.3.18). Implementations disagree on the spare octets after the count, so one, two, and two
/// without a length octet are all read.
/// </summary>
public readonly ref struct FloorSsrcList
{
    private readonly ReadOnlySpan<byte> _entries;

    private FloorSsrcList(ReadOnlySpan<byte> entries) => _entries = entries;

    public int Count => _entries.Length / 4;

    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(_entries[(4 * index)..]);

    internal static bool TryParse(ReadOnlySpan<byte> value, out FloorSsrcList list)
    {
        list = default;
        if (value.IsEmpty)
            return false;
        int spare = value.Length - 1 - 4 * value[0];
        if (spare is not (1 or 2))
            return false;
        list = new FloorSsrcList(value[(1 + spare)..]);
        return true;
    }

    /// <summary>Octets of a field without a length octet (id, count, two spare, entries), or 0 when it is not that.</summary>
    internal static int LengthWithoutLengthOctet_bytes(ReadOnlySpan<byte> field)
    {
        if (field.Length < 4 || field[1] == 0 || field[2] != 0 || field[3] != 0)
            return 0;
        int length = 4 + 4 * field[1];
        return length <= field.Length ? length : 0;
    }
}
