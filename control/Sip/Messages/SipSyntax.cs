using System.Buffers;
using System.Numerics;

namespace MediaEngine.Sip;

/// <summary>Lexical pieces of RFC 3261 25.1 that the header types share.</summary>
internal static class SipSyntax
{
    private const string TokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(TokenAlphabet);

    private static readonly SearchValues<byte> TokenOctets = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(TokenAlphabet));

    private static readonly SearchValues<char> DisplayNameDelimiters = SearchValues.Create(string.Concat(
        Enumerable.Range(0, 128).Select(c => (char)c).Where(c => !IsWhiteSpace(c) && !TokenAlphabet.Contains(c, StringComparison.Ordinal))));

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

    public static bool IsToken(ReadOnlySpan<byte> text) => text.Length > 0 && text.IndexOfAnyExcept(TokenOctets) < 0;

    /// <summary>*(token LWS); letters beyond ASCII are common in the field and harmless.</summary>
    public static bool IsUnquotedDisplayName(ReadOnlySpan<char> text) => text.IndexOfAny(DisplayNameDelimiters) < 0;

    /// <summary>True when the text may stand in a header value: no CR or LF, and NUL only as a quoted-pair.</summary>
    public static bool IsValue(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAny(Forbidden);
        return at < 0 || (text.IndexOfAny('\r', '\n') < 0 && HasQuotedNulsOnly(text));
    }

    /// <summary>RFC 3261 25.1 lets a quoted string hold any character after a backslash but CR and LF.</summary>
    public static bool HasQuotedNulsOnly<T>(ReadOnlySpan<T> text)
        where T : struct, IBinaryInteger<T>
    {
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == T.Zero)
                return false;
            if (text[i] == T.CreateTruncating('"'))
                quoted = !quoted;
            else if (quoted && text[i] == T.CreateTruncating('\\'))
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

    /// <summary>The characters of UTF-8, in <paramref name="room"/> when that is large enough.</summary>
    public static Span<char> Decode(scoped ReadOnlySpan<byte> octets, Span<char> room)
    {
        Span<char> text = octets.Length <= room.Length ? room : new char[octets.Length];
        return text[..System.Text.Encoding.UTF8.GetChars(octets, text)];
    }

    /// <summary>Without white space at both ends, which there seldom is.</summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) =>
        text.Length > 0 && !IsWhiteSpace(text[0]) && !IsWhiteSpace(text[^1]) ? text : TrimEnds(text);

    private static ReadOnlySpan<char> TrimEnds(ReadOnlySpan<char> text)
    {
        int from = 0;
        int to = text.Length;
        while (from < to && IsWhiteSpace(text[from]))
            from++;
        while (to > from && IsWhiteSpace(text[to - 1]))
            to--;
        return text[from..to];
    }

    /// <summary>1*DIGIT up to <paramref name="maximum"/>; no sign, no space.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, uint maximum, out uint number)
    {
        number = 0;
        if (text.Length is 0 or > 20)
            return false;
        ulong value = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = Math.Min(value * 10 + (uint)(c - '0'), uint.MaxValue + 1UL);
        }
        number = (uint)value;
        return value <= maximum;
    }

    /// <summary>Index of the first <paramref name="separator"/> outside quotes and angle brackets; -1 none, -2 unbalanced.</summary>
    public static int IndexOfSeparator(ReadOnlySpan<char> text, char separator)
    {
        bool angled = false;
        for (int i = 0; ; i++)
        {
            int next = angled ? text[i..].IndexOf('>') : text[i..].IndexOfAny('"', '<', separator);
            if (next < 0)
                return angled ? -2 : -1;
            i += next;
            if (angled)
                angled = false;
            else if (text[i] == '<')
                angled = true;
            else if (text[i] == separator)
                return i;
            else if ((i = IndexOfClosingQuote(text, i)) < 0)
                return -2;
        }
    }

    /// <summary>Index of the quote that closes the one at <paramref name="open"/>, backslash escapes skipped; -1 none.</summary>
    public static int IndexOfClosingQuote(ReadOnlySpan<char> text, int open)
    {
        for (int i = open + 1; i < text.Length; i++)
        {
            int next = text[i..].IndexOfAny('"', '\\');
            if (next < 0)
                return -1;
            i += next;
            if (text[i] == '"')
                return i;
            i++;
        }
        return -1;
    }

    /// <summary>
    /// Takes the next non-empty element off a comma list; false at its end. When a quote or an angle bracket stays open, the
    /// rest is one element.
    /// </summary>
    public static bool TryTakeElement(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> element)
    {
        element = default;
        while (element.Length == 0 && rest.Length > 0)
        {
            int comma = IndexOfSeparator(rest, ',');
            element = Trim(comma < 0 ? rest : rest[..comma]);
            rest = comma < 0 ? default : rest[(comma + 1)..];
        }
        return element.Length > 0;
    }

    /// <summary>Makes each fold (line break and white space after it) one space, in place; the new length.</summary>
    public static int Unfold(Span<char> text)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\r')
            {
                text[length++] = text[i];
                continue;
            }
            while (i + 1 < text.Length && text[i + 1] is ' ' or '\t' or '\r' or '\n')
                i++;
            text[length++] = ' ';
        }
        return length;
    }

    public static string Unfold(string text)
    {
        Span<char> unfolded = new char[text.Length];
        text.CopyTo(unfolded);
        return unfolded[..Unfold(unfolded)].ToString();
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
    public static bool TryCutHostPort(ReadOnlySpan<char> text, out ReadOnlySpan<char> host, out int port)
    {
        host = default;
        port = 0;
        text = Trim(text);
        ReadOnlySpan<char> tail;
        if (text.Length > 0 && text[0] == '[')
        {
            int close = text.IndexOf(']');
            if (close < 0 || !text[1..close].Contains(':') || !System.Net.IPAddress.IsValid(text[1..close]))
                return false;
            host = text[..(close + 1)];
            tail = text[(close + 1)..];
        }
        else
        {
            int colon = text.IndexOf(':');
            host = Trim(colon < 0 ? text : text[..colon]);
            if (host.Length is 0 or > 255 || host.IndexOfAnyExcept(HostCharacters) >= 0)
                return false;
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
