using System.Collections;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>The <c>;name=value</c> list of a URI or a header, in order. Names compare without case; null value = bare name.</summary>
public sealed class SipParameters : IEnumerable<KeyValuePair<string, string?>>
{
    private const int Maximum = 64;
    private readonly List<KeyValuePair<string, string?>> _items = [];

    public int Count => _items.Count;

    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>The value as written (quotes kept), "" for a bare name, null when absent.</summary>
    public string? this[string name]
    {
        get
        {
            int i = IndexOf(name);
            return i < 0 ? null : _items[i].Value ?? "";
        }
    }

    /// <summary>Adds or replaces. Throws when name or value cannot stand in a parameter.</summary>
    public void Set(string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || !SipSyntax.IsValue(name) || (value is not null && !SipSyntax.IsValue(value)))
            throw new ArgumentException("Not a parameter.", nameof(name));
        var item = KeyValuePair.Create(name, value);
        int i = IndexOf(name);
        if (i < 0)
            _items.Add(item);
        else
            _items[i] = item;
    }

    public bool Remove(string name)
    {
        int i = IndexOf(name);
        if (i >= 0)
            _items.RemoveAt(i);
        return i >= 0;
    }

    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Each parameter with its leading semicolon.</summary>
    public override string ToString()
    {
        if (_items.Count == 0)
            return "";
        var text = new StringBuilder();
        foreach (var (name, value) in _items)
        {
            text.Append(';').Append(name);
            if (value is not null)
                text.Append('=').Append(value);
        }
        return text.ToString();
    }

    internal SipParameters Copy()
    {
        var copy = new SipParameters();
        copy._items.AddRange(_items);
        return copy;
    }

    /// <summary>Reads what follows the first semicolon. The first of a repeated name wins; a malformed list is refused.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, bool inUri, SipParameters? parameters)
    {
        for (int count = 0; count <= Maximum; count++)
        {
            int end = SipSyntax.IndexOfSeparator(text, ';');
            if (end == -2)
                return false;
            ReadOnlySpan<char> item = SipSyntax.Trim(end < 0 ? text : text[..end]);
            int equals = item.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? item : item[..equals];
            ReadOnlySpan<char> value = equals < 0 ? default : item[(equals + 1)..];
            if (!inUri)
            {
                name = SipSyntax.Trim(name);
                value = SipSyntax.Trim(value);
            }
            if (item.Length > 0)
            {
                if (!IsName(name, inUri) || (equals >= 0 && !IsParameterValue(value, inUri)))
                    return false;
                if (parameters is not null && parameters.IndexOf(name) < 0)
                    parameters._items.Add(new(name.ToString(), equals < 0 ? null : value.ToString()));
            }
            else if (inUri && end >= 0)
                return false;
            if (end < 0)
                return true;
            text = text[(end + 1)..];
        }
        return false;
    }

    /// <summary>Looks for the first parameter of that name in a header's list that is known to be well formed; its value is empty for a bare name.</summary>
    internal static bool TryFind(ReadOnlySpan<char> text, ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        for (int end = 0; end >= 0; text = text[(end + 1)..])
        {
            end = SipSyntax.IndexOfSeparator(text, ';');
            ReadOnlySpan<char> item = end < 0 ? text : text[..end];
            int equals = item.IndexOf('=');
            value = equals < 0 ? default : SipSyntax.Trim(item[(equals + 1)..]);
            if (SipSyntax.Trim(equals < 0 ? item : item[..equals]).Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        value = default;
        return false;
    }

    /// <summary>Whether <see cref="TryParse"/> would take it.</summary>
    internal static bool IsValid(ReadOnlySpan<char> text, bool inUri) => TryParse(text, inUri, null);

    private static bool IsName(ReadOnlySpan<char> name, bool inUri) => SipSyntax.IsToken(name) ||
        (inUri && name.Length > 0 && name.IndexOfAny(SipSyntax.UriEnders) < 0);

    private static bool IsParameterValue(ReadOnlySpan<char> value, bool inUri)
    {
        if (inUri)
            return value.Length > 0 && value.IndexOfAny(SipSyntax.UriEnders) < 0;
        if (value.Length > 0 && value[0] == '"')
            return SipSyntax.IndexOfClosingQuote(value, 0) == value.Length - 1;
        // Values such as rtp addresses, feature tags in angle brackets or empty generic parameters occur; white space does not.
        return value.IndexOfAny(' ', '\t', '"') < 0;
    }

    private int IndexOf(ReadOnlySpan<char> name)
    {
        for (int i = 0; i < _items.Count; i++)
        {
            if (name.Equals(_items[i].Key, StringComparison.OrdinalIgnoreCase))
                return i;
        }
        return -1;
    }
}
