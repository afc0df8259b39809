namespace MediaEngine.Floor;

/// <summary>UTF-8 texts, each behind its length octet (TS 24.380 8.2.3.17, .20, .24). Enumerable with foreach.</summary>
public readonly ref struct FloorTextList
{
    private readonly ReadOnlySpan<byte> _entries;

    private FloorTextList(int count, ReadOnlySpan<byte> entries)
    {
        Count = count;
        _entries = entries;
    }

    public int Count { get; }

    public Enumerator GetEnumerator() => new(_entries, Count);

    internal static bool TryParse(ReadOnlySpan<byte> value, out FloorTextList list)
    {
        list = default;
        if (value.IsEmpty)
            return false;
        int position = 1;
        for (int i = 0; i < value[0]; i++)
        {
            if (position >= value.Length)
                return false;
            position += 1 + value[position];
        }
        if (position > value.Length)
            return false;
        list = new FloorTextList(value[0], value[1..position]);
        return true;
    }

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private int _left;

        internal Enumerator(ReadOnlySpan<byte> entries, int count)
        {
            _rest = entries;
            _left = count;
        }

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            _left--;
            int end = 1 + _rest[0];
            Current = _rest[1..end];
            _rest = _rest[end..];
            return true;
        }
    }
}
