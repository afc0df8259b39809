using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>
/// Headers in order. Names compare without case and compact forms count as their long form. Values are single lines: adding
/// one with CR, LF or a bare NUL throws, so a value can never smuggle in a header. A received header becomes strings when it
/// is asked for.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "The RFC's word.")]
public sealed class SipHeaders : IEnumerable<KeyValuePair<string, string>>
{
    /// <summary>Characters of a header's text that <see cref="TextOf"/> seldom needs more than.</summary>
    internal const int UsualText_chars = 512;

    private const int RoomForOurs = 4;
    private const int RoomInResponse = 12;
    private SipHeaderLine[] _lines = [];

    public SipHeaders()
    {
    }

    internal SipHeaders(SipMessage received, ReadOnlySpan<SipHeaderEntry> entries)
    {
        _lines = new SipHeaderLine[entries.Length + RoomForOurs];
        foreach (ref readonly SipHeaderEntry entry in entries)
            _lines[Count++] = new SipHeaderLine(received, entry);
    }

    /// <summary>Header lines, lists not split.</summary>
    public int Count { get; private set; }

    private Span<SipHeaderLine> Lines => _lines.AsSpan(0, Count);

    public SipHeaders Add(string name, string value)
    {
        Insert(Count, Checked(name, value));
        return this;
    }

    /// <summary>Adds before all others: where a Via goes.</summary>
    public SipHeaders AddFirst(string name, string value)
    {
        Insert(0, Checked(name, value));
        return this;
    }

    /// <summary>Replaces every line of that name by one, in the first one's place.</summary>
    public SipHeaders Set(string name, string value)
    {
        SipHeaderLine line = Checked(name, value);
        int first = IndexOf(line.Id, name, 0);
        if (first < 0)
        {
            Insert(Count, line);
            return this;
        }
        _lines[first] = line;
        RemoveFrom(first + 1, line.Id, name);
        return this;
    }

    public bool Contains(string name) => IndexOf(SipHeaderNames.IdOf(name), name, 0) >= 0;

    /// <summary>The first value: for comma lists their first element (use <see cref="GetAll"/> for Supported and the like).</summary>
    public string? Get(string name)
    {
        byte id = SipHeaderNames.IdOf(name);
        int first = IndexOf(id, name, 0);
        if (first < 0)
            return null;
        string value = _lines[first].Value;
        if (!SipHeaderNames.IsList(id) || !value.Contains(',', StringComparison.Ordinal))
            return value;
        IReadOnlyList<string> all = GetAll(name);
        return all.Count == 0 ? null : all[0];
    }

    /// <summary>
    /// All values in order, comma lists split where the header's grammar has lists. A list whose quotes do not balance is
    /// one value.
    /// </summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        byte id = SipHeaderNames.IdOf(name);
        bool list = SipHeaderNames.IsList(id);
        List<string>? values = null;
        for (int i = IndexOf(id, name, 0); i >= 0; i = IndexOf(id, name, i + 1))
        {
            values ??= [];
            string value = _lines[i].Value;
            int before = values.Count;
            if (!list || !SipSyntax.TrySplitList(value, values))
            {
                values.RemoveRange(before, values.Count - before);
                values.Add(value);
            }
        }
        return values is null ? [] : values;
    }

    /// <summary>The first line's value without a string: it stands in <paramref name="room"/> unless that is too small. Empty when absent.</summary>
    internal ReadOnlySpan<char> TextOf(byte id, Span<char> room)
    {
        int first = IndexOf(id, "", 0);
        return first < 0 ? default : _lines[first].TextIn(room);
    }

    /// <summary>Removes every line of that name.</summary>
    public bool Remove(string name) => RemoveFrom(0, SipHeaderNames.IdOf(name), name);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return new(_lines[i].Name, _lines[i].Value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Replaces the first element only: what a response does to its top Via.</summary>
    internal void ReplaceFirst(string name, string value)
    {
        byte id = SipHeaderNames.IdOf(name);
        int first = IndexOf(id, name, 0);
        if (first < 0)
            return;
        string line = _lines[first].Value;
        int comma = SipHeaderNames.IsList(id) ? SipSyntax.IndexOfSeparator(line, ',') : -1;
        _lines[first] = Checked(name, comma < 0 ? value : value + line[comma..]);
    }

    /// <summary>For values that are known to be one clean line.</summary>
    internal void AddParsed(string name, string value) => Insert(Count, new SipHeaderLine(name, value));

    internal void CopyFrom(SipHeaders other)
    {
        foreach (ref readonly SipHeaderLine line in other.Lines)
            Insert(Count, line);
    }

    /// <summary>Copies the lines that a response repeats (RFC 3261 8.2.6.2), of those that may occur once the first only.</summary>
    internal void CopyForResponse(SipHeaders request, bool startsDialog, bool isTrying)
    {
        _lines = new SipHeaderLine[RoomInResponse];
        foreach (ref readonly SipHeaderLine line in request.Lines)
        {
            bool copied = line.Id switch
            {
                SipHeaderNames.Via => true,
                SipHeaderNames.From or SipHeaderNames.To or SipHeaderNames.CallId or SipHeaderNames.CSeq => IndexOf(line.Id, "", 0) < 0,
                SipHeaderNames.RecordRoute => startsDialog,
                SipHeaderNames.Timestamp => isTrying,
                _ => false,
            };
            if (copied)
                Insert(Count, line);
        }
    }

    /// <summary>Of all lines but Content-Length, as written.</summary>
    internal int Length_bytes
    {
        get
        {
            int length = 0;
            foreach (ref SipHeaderLine line in Lines)
                length += line.Id == SipHeaderNames.ContentLength ? 0 : line.Length_bytes;
            return length;
        }
    }

    /// <summary>Writes all lines but Content-Length.</summary>
    internal void Write(ref Span<byte> destination)
    {
        foreach (ref SipHeaderLine line in Lines)
        {
            if (line.Id != SipHeaderNames.ContentLength)
                line.Write(ref destination);
        }
    }

    private void Insert(int at, in SipHeaderLine line)
    {
        SipHeaderLine inserted = line;
        if (Count == _lines.Length)
            Array.Resize(ref _lines, Math.Max(8, Count * 2));
        Array.Copy(_lines, at, _lines, at + 1, Count - at);
        _lines[at] = inserted;
        Count++;
    }

    private bool RemoveFrom(int from, byte id, string name)
    {
        int kept = from;
        for (int i = from; i < Count; i++)
        {
            if (!_lines[i].Is(id, name))
                _lines[kept++] = _lines[i];
        }
        bool removed = kept < Count;
        Array.Clear(_lines, kept, Count - kept);
        Count = kept;
        return removed;
    }

    private static SipHeaderLine Checked(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!SipSyntax.IsToken(name))
            throw new ArgumentException("A header name is a token.", nameof(name));
        if (!SipSyntax.IsValue(value))
            throw new ArgumentException("A header value is one line.", nameof(value));
        ReadOnlySpan<char> trimmed = SipSyntax.Trim(value);
        return new SipHeaderLine(name, trimmed.Length == value.Length ? value : trimmed.ToString());
    }

    private int IndexOf(byte id, string name, int from)
    {
        for (int i = from; i < Count; i++)
        {
            if (_lines[i].Is(id, name))
                return i;
        }
        return -1;
    }
}
