namespace MediaEngine.Sip;

/// <summary>The pieces of a name-addr or addr-spec where they stand in its text: what <see cref="NameAddress"/> is made from.</summary>
internal ref struct NameAddressText
{
    /// <summary>Quotes included.</summary>
    public ReadOnlySpan<char> DisplayName;

    /// <summary>Not yet checked.</summary>
    public ReadOnlySpan<char> Uri;

    /// <summary>After the first semicolon; well formed.</summary>
    public ReadOnlySpan<char> Parameters;

    /// <summary>The tag parameter; empty when absent.</summary>
    public readonly ReadOnlySpan<char> Tag => SipParameters.TryFind(Parameters, "tag", out ReadOnlySpan<char> tag) ? tag : default;

    public static bool IsValid(ReadOnlySpan<char> text) =>
        TryCut(text, out NameAddressText cut) && SipUriText.TryCut(cut.Uri, out _);

    /// <summary>The text has no CR or LF.</summary>
    public static bool TryCut(ReadOnlySpan<char> text, out NameAddressText address)
    {
        address = default;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        int open = IndexOfAngle(rest);
        if (open >= 0)
        {
            address.DisplayName = SipSyntax.Trim(rest[..open]);
            if (!IsDisplayName(address.DisplayName))
                return false;
            rest = rest[(open + 1)..];
            int close = rest.IndexOf('>');
            if (close < 0)
                return false;
            address.Uri = rest[..close];
            rest = SipSyntax.Trim(rest[(close + 1)..]);
        }
        else
        {
            // Without angle brackets everything after ';' belongs to the header, and '?' and ',' may not occur (RFC 3261 20).
            int end = rest.IndexOf(';');
            address.Uri = SipSyntax.Trim(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[end..];
            if (address.Uri.IndexOfAny('?', ',') >= 0)
                return false;
        }
        if (rest.Length == 0)
            return true;
        address.Parameters = rest[1..];
        return rest[0] == ';' && SipParameters.IsValid(address.Parameters, inUri: false);
    }

    /// <summary>The '&lt;' that opens the URI, past a quoted display name.</summary>
    private static int IndexOfAngle(ReadOnlySpan<char> text)
    {
        for (int i = 0; ; i++)
        {
            int next = text[i..].IndexOfAny('"', '<', ';');
            if (next < 0)
                return -1;
            i += next;
            if (text[i] != '"')
                return text[i] == '<' ? i : -1;
            i = SipSyntax.IndexOfClosingQuote(text, i);
            if (i < 0)
                return -1;
        }
    }

    private static bool IsDisplayName(ReadOnlySpan<char> text) => text.Length == 0 || (text[0] == '"'
        ? SipSyntax.IndexOfClosingQuote(text, 0) == text.Length - 1
        : SipSyntax.IsUnquotedDisplayName(text));
}
