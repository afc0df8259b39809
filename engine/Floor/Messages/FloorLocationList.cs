namespace MediaEngine.Floor;

/// <summary>A List of Locations (TS 24.380 8.2.3.22). Enumerable with foreach.</summary>
public readonly ref struct FloorLocationList
{
    private readonly ReadOnlySpan<byte> _entries;

    private FloorLocationList(int count, ReadOnlySpan<byte> entries)
    {
        Count = count;
        _entries = entries;
    }

    public int Count { get; }

    public Enumerator GetEnumerator() => new(_entries, Count);

    internal static bool TryParse(ReadOnlySpan<byte> value, out FloorLocationList list)
    {
        list = default;
        if (value.IsEmpty)
            return false;
        int position = 1;
        for (int i = 0; i < value[0]; i++)
        {
            int content = position < value.Length ? FloorLocation.ContentLength_bytes(value[position]) : -1;
            if (content < 0)
                return false;
            position += 1 + content;
        }
        if (position > value.Length)
            return false;
        list = new FloorLocationList(value[0], value[1..position]);
        return true;
    }

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private int _left;
        private int _length;

        internal Enumerator(ReadOnlySpan<byte> entries, int count)
        {
            _rest = entries;
            _left = count;
        }

        public FloorLocation Current => new(_rest[.._length]);

        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            _left--;
            _rest = _rest[_length..];
            _length = 1 + FloorLocation.ContentLength_bytes(_rest[0]);
            return true;
        }
    }
}
