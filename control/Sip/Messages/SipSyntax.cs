using System.Buffers;
using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>Lexical pieces of RFC 3261 25.1 that the header types share.</summary>
internal static class SipSyntax
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~");

    /// <summary>What ends a URI or its parameter in any header.</summary>
    public static readonly SearchValues<char> UriEnders = SearchValues.Create(" \t\"<>;?@,");

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private static readonly SearchValues<char> PhoneCharacters = SearchValues.Create("0123456789abcdefABCDEF*#-.()");

    private static readonly SearchValues<char> BoundaryCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ");

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\r\n\0");

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    public static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && text.IndexOfAnyExcept(TokenCharacters) < 0;

    /// <summary>True when the text may stand in a header value: no CR or LF, and NUL only as a quoted-pair.</summary>
    public static bool IsValue(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAny(Forbidden);
        return at < 0 || (text.IndexOfAny('\r', '\n') < 0 && HasQuotedNulsOnly(text));
    }

    /// <summary>RFC 3261 25.1 lets a quoted string hold any character after a backslash but CR and LF.</summary>
    public static bool HasQuotedNulsOnly(ReadOnlySpan<char> text)
    {
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (text[i] == '"')
                quoted = !quoted;
            else if (quoted && text[i] == '\\')
                i++;
        }
        return !quoted;
    }

    public static bool IsScheme(ReadOnlySpan<char> text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.IndexOfAnyExcept(SchemeCharacters) < 0;

    /// <summary>Digits and visual separators of RFC 3966, without the leading plus.</summary>
    public static bool IsPhoneNumber(ReadOnlySpan<char> text) => text.Length > 0 && text.IndexOfAnyExcept(PhoneCharacters) < 0;

    /// <summary>RFC 2046 5.1.1.</summary>
    public static bool IsBoundary(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 70 && text[^1] != ' ' && text.IndexOfAnyExcept(BoundaryCharacters) < 0;

    public static bool IsWhiteSpace(char c) => c is ' ' or '\t';

    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(" \t");

    /// <summary>1*DIGIT up to <paramref name="maximum"/>; no sign, no space.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, uint maximum, out uint number)
    {
        number = 0;
        return text.Length is > 0 and <= 20 && !text.ContainsAnyExceptInRange('0', '9') &&
            uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= maximum;
    }

    /// <summary>Index of the first <paramref name="separator"/> outside quotes and angle brackets; -1 none, -2 unbalanced.</summary>
    public static int IndexOfSeparator(ReadOnlySpan<char> text, char separator)
    {
        bool quoted = false, angled = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c == '\\')
                    i++;
                else if (c == '"')
                    quoted = false;
            }
            else if (c == '"' && !angled)
                quoted = true;
            else if (c == '<')
                angled = true;
            else if (c == '>')
                angled = false;
            else if (c == separator && !angled)
                return i;
        }
        return quoted || angled ? -2 : -1;
    }

    /// <summary>Splits a comma list; empty elements are left out. False when a quote or an angle bracket stays open.</summary>
    public static bool TrySplitList(string text, List<string> values)
    {
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int comma = IndexOfSeparator(rest, ',');
            if (comma == -2)
                return false;
            ReadOnlySpan<char> element = Trim(comma < 0 ? rest : rest[..comma]);
            if (element.Length > 0)
                values.Add(element.Length == text.Length ? text : element.ToString());
            if (comma < 0)
                return true;
            rest = rest[(comma + 1)..];
        }
    }

    /// <summary>host [":" port] with IPv6 references; white space around the colon as in Via. Port 0 = none.</summary>
    public static bool TryParseHostPort(ReadOnlySpan<char> text, out string host, out int port)
    {
        host = "";
        port = 0;
        text = Trim(text);
        ReadOnlySpan<char> tail;
        if (text.Length > 0 && text[0] == '[')
        {
            int close = text.IndexOf(']');
            if (close < 0 || !System.Net.IPAddress.TryParse(text[1..close], out var address) ||
                address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
                return false;
            host = text[..(close + 1)].ToString();
            tail = text[(close + 1)..];
        }
        else
        {
            int colon = text.IndexOf(':');
            ReadOnlySpan<char> name = Trim(colon < 0 ? text : text[..colon]);
            if (name.Length is 0 or > 255 || name.IndexOfAnyExcept(HostCharacters) >= 0)
                return false;
            host = name.ToString();
            tail = colon < 0 ? default : text[colon..];
        }
        tail = Trim(tail);
        if (tail.Length == 0)
            return true;
        if (tail[0] != ':' || !TryParseNumber(Trim(tail[1..]), 65535, out uint number) || number == 0)
            return false;
        port = (int)number;
        return true;
    }

    /// <summary>The text inside a quoted string, escapes undone.</summary>
    public static string Unquote(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
            return text.ToString();
        text = text[1..^1];
        if (text.IndexOf('\\') < 0)
            return text.ToString();
        var plain = new System.Text.StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }

    public static string Quote(string text) => "\"" +
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\0", "\\\0", StringComparison.Ordinal) +
        "\"";
}
