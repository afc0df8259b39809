using System.Runtime.CompilerServices;

namespace MediaEngine.Floor;

/// <summary>
/// Where the first field of each identifier below 32 begins, in words of the field part. Fields begin at multiples of four octets.
/// </summary>
internal struct FieldIndex
{
    private const int Ids = 32;
    private const int Words = 256;

    private Offsets _offsets;
    private uint _present;
    private bool _overflows;

    /// <summary>True when a field that is not in the index is not in the packet.</summary>
    public readonly bool Covers(byte id) => id < Ids && !_overflows;

    /// <summary>Of a repeated field the first counts.</summary>
    public void Add(byte id, int offset_bytes)
    {
        int word = offset_bytes >> 2;
        if (word >= Words)
        {
            _overflows = true;
            return;
        }
        uint bit = 1u << id;
        if (id >= Ids || (_present & bit) != 0)
            return;
        _present |= bit;
        _offsets[id] = (byte)word;
    }

    public readonly bool TryGet(byte id, out int offset_bytes)
    {
        offset_bytes = _offsets[id & Ids - 1] << 2;
        return id < Ids && (_present & 1u << id) != 0;
    }

    [InlineArray(Ids)]
    private struct Offsets
    {
        private byte _first;
    }
}
