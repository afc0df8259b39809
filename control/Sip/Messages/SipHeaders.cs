using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>
/// Headers in order. Names compare without case and compact forms count as their long form. Values are single lines: adding
/// one with CR, LF or NUL throws, so a value can never smuggle in a header.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "The RFC's word.")]
public sealed class SipHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _lines = [];

    /// <summary>Header lines, lists not split.</summary>
    public int Count => _lines.Count;

    public SipHeaders Add(string name, string value)
    {
        _lines.Add(Checked(name, value));
        return this;
    }

    /// <summary>Adds before all others: where a Via goes.</summary>
    public SipHeaders AddFirst(string name, string value)
    {
        _lines.Insert(0, Checked(name, value));
        return this;
    }

    /// <summary>Replaces every line of that name by one, in the first one's place.</summary>
    public SipHeaders Set(string name, string value)
    {
        KeyValuePair<string, string> line = Checked(name, value);
        int first = IndexOf(line.Key, 0);
        if (first < 0)
        {
            _lines.Add(line);
            return this;
        }
        _lines[first] = line;
        for (int i = _lines.Count - 1; i > first; i--)
        {
            if (Same(_lines[i].Key, line.Key))
                _lines.RemoveAt(i);
        }
        return this;
    }

    public bool Contains(string name) => IndexOf(SipHeaderNames.Normalise(name), 0) >= 0;

    /// <summary>The first value: for comma lists their first element (use <see cref="GetAll"/> for Supported and the like).</summary>
    public string? Get(string name)
    {
        string key = SipHeaderNames.Normalise(name);
        int first = IndexOf(key, 0);
        if (first < 0)
            return null;
        string value = _lines[first].Value;
        if (!SipHeaderNames.IsList(key) || !value.Contains(',', StringComparison.Ordinal))
            return value;
        IReadOnlyList<string> all = GetAll(key);
        return all.Count == 0 ? null : all[0];
    }

    /// <summary>
    /// All values in order, comma lists split where the header's grammar has lists. A list whose quotes do not balance is
    /// one value.
    /// </summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        string key = SipHeaderNames.Normalise(name);
        bool list = SipHeaderNames.IsList(key);
        List<string>? values = null;
        for (int i = IndexOf(key, 0); i >= 0; i = IndexOf(key, i + 1))
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

    /// <summary>Removes every line of that name.</summary>
    public bool Remove(string name)
    {
        string key = SipHeaderNames.Normalise(name);
        return _lines.RemoveAll(line => Same(line.Key, key)) > 0;
    }

    /// <summary>Removes or replaces the first element only: what a response does to its top Via.</summary>
    internal void ReplaceFirst(string name, string value)
    {
        string key = SipHeaderNames.Normalise(name);
        int first = IndexOf(key, 0);
        if (first < 0)
            return;
        string line = _lines[first].Value;
        int comma = SipHeaderNames.IsList(key) ? SipSyntax.IndexOfSeparator(line, ',') : -1;
        _lines[first] = Checked(key, comma < 0 ? value : value + line[comma..]);
    }

    /// <summary>The parser's way in: the value is known to be one clean line.</summary>
    internal void AddParsed(string canonicalName, string value) => _lines.Add(new(canonicalName, value));

    internal void CopyFrom(SipHeaders other) => _lines.AddRange(other._lines);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static KeyValuePair<string, string> Checked(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!SipSyntax.IsToken(name))
            throw new ArgumentException("A header name is a token.", nameof(name));
        if (!SipSyntax.IsValue(value))
            throw new ArgumentException("A header value is one line.", nameof(value));
        return new(SipHeaderNames.Normalise(name), SipSyntax.Trim(value).ToString());
    }

    private int IndexOf(string key, int from)
    {
        for (int i = from; i < _lines.Count; i++)
        {
            if (Same(_lines[i].Key, key))
                return i;
        }
        return -1;
    }

    private static bool Same(string left, string right) =>
        ReferenceEquals(left, right) || string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
