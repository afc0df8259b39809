using System.Buffers;

namespace MediaEngine.Sip;

internal enum SipUriKind
{
    Sip,
    Sips,
    Tel,
    Foreign,
}

/// <summary>The pieces of a URI where they stand in its text, checked, nothing copied: what <see cref="SipUri"/> is made from.</summary>
internal ref struct SipUriText
{
    private const int MaxLength = 8192;

    private static readonly SearchValues<char> UserCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()&=+$,;?/");

    // Controls too: a Contact or Record-Route becomes the Request-URI of what is sent in its dialog.
    private static readonly SearchValues<char> NeverInUri =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7f).Select(c => (char)c), ' ', '<', '>', '"']);

    public SipUriKind Kind;
    public ReadOnlySpan<char> Scheme;

    /// <summary>As written; the number of a tel URI; the rest of a foreign one.</summary>
    public ReadOnlySpan<char> User;

    public ReadOnlySpan<char> Password;
    public bool HasPassword;
    public ReadOnlySpan<char> Host;
    public int Port;

    /// <summary>After the first semicolon; well formed.</summary>
    public ReadOnlySpan<char> Parameters;

    public ReadOnlySpan<char> Headers;
    public bool HasHeaders;

    public static bool TryCut(ReadOnlySpan<char> text, out SipUriText uri)
    {
        uri = default;
        if (text.Length is 0 or > MaxLength)
            return false;
        int colon = text.IndexOf(':');
        if (colon <= 0)
            return false;
        uri.Scheme = text[..colon];
        ReadOnlySpan<char> rest = text[(colon + 1)..];
        if (rest.Length == 0 || rest.IndexOfAny(NeverInUri) >= 0)
            return false;
        if (uri.Scheme.Equals("sip", StringComparison.OrdinalIgnoreCase))
            return uri.TryCutSip(rest);
        if (!SipSyntax.IsScheme(uri.Scheme))
            return false;
        uri.Kind = uri.Scheme.Equals("sips", StringComparison.OrdinalIgnoreCase) ? SipUriKind.Sips
            : uri.Scheme.Equals("tel", StringComparison.OrdinalIgnoreCase) ? SipUriKind.Tel
            : SipUriKind.Foreign;
        if (uri.Kind == SipUriKind.Sips)
            return uri.TryCutSip(rest);
        uri.User = rest;
        return uri.Kind == SipUriKind.Foreign || uri.TryCutTel(rest);
    }

    public static bool IsUserCharacter(char c) => UserCharacters.Contains(c);

    private bool TryCutSip(ReadOnlySpan<char> rest)
    {
        // The user part may hold ';' and '?', the host may not hold '@': the first '@' ends the user part.
        int at = rest.IndexOf('@');
        if (at >= 0)
        {
            User = rest[..at];
            int colon = User.IndexOf(':');
            if (colon >= 0)
            {
                HasPassword = true;
                Password = User[(colon + 1)..];
                User = User[..colon];
            }
            if (User.Length == 0 || !IsUser(User))
                return false;
            rest = rest[(at + 1)..];
            if (rest.Contains('@'))
                return false;
        }
        int question = rest.IndexOf('?');
        if (question >= 0)
        {
            HasHeaders = true;
            Headers = rest[(question + 1)..];
            rest = rest[..question];
        }
        return TryCutParameters(ref rest) && SipSyntax.TryCutHostPort(rest, out Host, out Port);
    }

    private bool TryCutTel(ReadOnlySpan<char> rest)
    {
        if (!TryCutParameters(ref rest))
            return false;
        User = rest;
        return SipSyntax.IsPhoneNumber(rest.Length > 0 && rest[0] == '+' ? rest[1..] : rest);
    }

    private bool TryCutParameters(ref ReadOnlySpan<char> rest)
    {
        int semicolon = rest.IndexOf(';');
        if (semicolon < 0)
            return true;
        Parameters = rest[(semicolon + 1)..];
        rest = rest[..semicolon];
        return SipParameters.IsValid(Parameters, inUri: true);
    }

    private static bool IsUser(ReadOnlySpan<char> text)
    {
        for (int next; (next = text.IndexOfAnyExcept(UserCharacters)) >= 0;)
        {
            // Letters beyond ASCII are not in the grammar but occur; they are kept. '#', '[' and the like are refused.
            if (text[next] < 128)
            {
                if (text[next] != '%' || next + 2 >= text.Length || !char.IsAsciiHexDigit(text[next + 1]) || !char.IsAsciiHexDigit(text[next + 2]))
                    return false;
                next += 2;
            }
            text = text[(next + 1)..];
        }
        return true;
    }
}
