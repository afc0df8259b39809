using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>name-addr or addr-spec with header parameters: From, To, Contact, Route, P-Asserted-Identity (RFC 3261 20.10).</summary>
public sealed class NameAddress
{
    public NameAddress(SipUri uri, string? displayName = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
        DisplayName = displayName ?? "";
        if (DisplayName.AsSpan().IndexOfAny('\r', '\n') >= 0)
            throw new ArgumentException("A display name is one line.", nameof(displayName));
    }

    /// <summary>Without quotes; "" when none.</summary>
    public string DisplayName { get; }

    public SipUri Uri { get; }

    /// <summary>The header's own parameters (tag, expires, +g.3gpp.mcptt), not the URI's.</summary>
    public SipParameters Parameters { get; private init; } = new();

    /// <summary>The tag parameter; null when absent or empty.</summary>
    public string? Tag => Parameters["tag"] is { Length: > 0 } tag ? tag : null;

    public NameAddress WithTag(string tag)
    {
        var copy = new NameAddress(Uri, DisplayName) { Parameters = Parameters.Copy() };
        copy.Parameters.Set("tag", tag);
        return copy;
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out NameAddress? address)
    {
        address = null;
        if (text is null || !SipSyntax.IsValue(text))
            return false;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        string displayName = "";
        ReadOnlySpan<char> uriText;
        int open = IndexOfAngle(rest);
        if (open >= 0)
        {
            if (!TryReadDisplayName(SipSyntax.Trim(rest[..open]), out displayName))
                return false;
            rest = rest[(open + 1)..];
            int close = rest.IndexOf('>');
            if (close < 0)
                return false;
            uriText = rest[..close];
            rest = SipSyntax.Trim(rest[(close + 1)..]);
        }
        else
        {
            // Without angle brackets everything after ';' belongs to the header, and '?' and ',' may not occur (RFC 3261 20).
            int end = rest.IndexOf(';');
            uriText = SipSyntax.Trim(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[end..];
            if (uriText.IndexOfAny('?', ',') >= 0)
                return false;
        }
        var parameters = new SipParameters();
        if (rest.Length > 0 && (rest[0] != ';' || !SipParameters.TryParse(rest[1..], inUri: false, parameters)))
            return false;
        if (!SipUri.TryParse(uriText.ToString(), out SipUri? uri))
            return false;
        address = new NameAddress(uri, displayName) { Parameters = parameters };
        return true;
    }

    public override string ToString() =>
        (DisplayName.Length == 0 ? "" : SipSyntax.Quote(DisplayName) + " ") + "<" + Uri + ">" + Parameters;

    /// <summary>The '&lt;' that opens the URI, past a quoted display name.</summary>
    private static int IndexOfAngle(ReadOnlySpan<char> text)
    {
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == '<' && !quoted)
                return i;
            else if (text[i] == ';' && !quoted)
                return -1;
        }
        return -1;
    }

    private static bool TryReadDisplayName(ReadOnlySpan<char> text, out string name)
    {
        name = "";
        if (text.Length == 0)
            return true;
        if (text[0] == '"')
        {
            for (int i = 1; i < text.Length; i++)
            {
                if (text[i] == '\\')
                    i++;
                else if (text[i] == '"')
                {
                    if (i != text.Length - 1)
                        return false;
                    name = SipSyntax.Unquote(text);
                    return true;
                }
            }
            return false;
        }
        // *(token LWS); letters beyond ASCII are common in the field and harmless.
        foreach (char c in text)
        {
            if (c < 128 && !SipSyntax.IsWhiteSpace(c) && !SipSyntax.IsToken([c]))
                return false;
        }
        name = text.ToString();
        return true;
    }
}
