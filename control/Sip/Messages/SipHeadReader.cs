namespace MediaEngine.Sip;

/// <summary>
/// Cuts a message's head into header lines and says where they stand. Lines that break a rule are left out and make the head
/// faulty.
/// </summary>
internal ref struct SipHeadReader
{
    private readonly ReadOnlySpan<byte> _head;
    private readonly SipLimits _limits;
    private readonly bool _isClean;
    private Span<SipHeaderEntry> _entries;
    private int _count;

    /// <param name="room">For the entries; more is allocated when it does not suffice.</param>
    public SipHeadReader(SipHeadText head, SipLimits limits, Span<SipHeaderEntry> room)
    {
        _head = head.Octets;
        _limits = limits;
        _entries = room;
        _isClean = head.IsClean;
    }

    public readonly ReadOnlySpan<SipHeaderEntry> Entries => _entries[.._count];

    /// <summary>Reads the header lines; false when any was faulty or there were too many.</summary>
    public bool TryRead(int at)
    {
        bool good = true;
        while (at < _head.Length)
        {
            if (_count == _limits.MaxHeaders)
                return false;
            int end = EndOfLine(at, out bool folded, out bool isBroken);
            good &= !isBroken && end - at <= _limits.MaxHeaderLine_bytes && TryAdd(at, end, folded);
            at = end + 2;
        }
        return good;
    }

    /// <summary>Where a line with its folded continuations ends. Broken: it holds a CR or LF that is no line break.</summary>
    private readonly int EndOfLine(int at, out bool folded, out bool isBroken)
    {
        folded = false;
        isBroken = false;
        while (true)
        {
            int next = _head[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (next < 0)
                return _head.Length;
            at += next;
            if (!_head[at..].StartsWith("\r\n"u8))
            {
                isBroken = true;
                at++;
            }
            else if (at + 2 >= _head.Length || _head[at + 2] is not ((byte)' ' or (byte)'\t'))
                return at;
            else
            {
                folded = true;
                at += 2;
            }
        }
    }

    private bool TryAdd(int start, int end, bool folded)
    {
        ReadOnlySpan<byte> line = _head[start..end];
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || colon > ushort.MaxValue || (!_isClean && !IsClean(line)))
            return false;
        ReadOnlySpan<byte> name = line[..colon];
        if (_limits.AllowWhiteSpaceBeforeColon)
            name = name.TrimEnd(" \t\r\n"u8);
        byte id = SipHeaderNames.IdOf(name);
        if (id == SipHeaderNames.Unknown && !SipSyntax.IsToken(name))
            return false;
        int from = colon + 1;
        int to = line.Length;
        while (from < to && line[from] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            from++;
        while (to > from && line[to - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            to--;
        folded = folded && line[from..to].Contains((byte)'\r');
        if (_count == _entries.Length)
            Grow();
        _entries[_count++] = new SipHeaderEntry(start, start + from, to - from, (ushort)name.Length, id, folded);
        return true;
    }

    /// <summary>UTF-8, and NUL only where the grammar lets it be quoted.</summary>
    private static bool IsClean(ReadOnlySpan<byte> line) => System.Text.Unicode.Utf8.IsValid(line) &&
        (!line.Contains((byte)0) || SipSyntax.HasQuotedNulsOnly(line));

    private void Grow()
    {
        Span<SipHeaderEntry> more = new SipHeaderEntry[_limits.MaxHeaders];
        Entries.CopyTo(more);
        _entries = more;
    }
}
