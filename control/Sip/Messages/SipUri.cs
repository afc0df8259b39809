using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>
/// A sip, sips or tel URI (RFC 3261 19.1, RFC 3966); any other scheme is kept opaque so that it can be answered 416 or 404.
/// Immutable.
/// </summary>
public sealed class SipUri : IEquatable<SipUri>
{
    private const string UserUnreserved = "-_.!~*'()&=+$,;?/";
    private readonly string _text;

    private SipUri(string scheme, string user, string? password, string host, int port, SipParameters parameters, string? headers)
    {
        Scheme = scheme;
        User = user;
        Password = password;
        Host = host;
        Port = port;
        Parameters = parameters;
        UriHeaders = headers;
        _text = Compose();
    }

    /// <summary>sip or sips URI from its parts. Throws when they do not form one.</summary>
    public static SipUri Create(string user, string host, int port = 0, string scheme = "sip")
    {
        string text = $"{scheme}:{(user.Length == 0 ? "" : Uri.EscapeDataString(user) + "@")}{host}" +
            (port == 0 ? "" : ":" + port.ToString(CultureInfo.InvariantCulture));
        return TryParse(text, out SipUri? uri) && uri.IsSip ? uri : throw new ArgumentException("Not the parts of a SIP URI.", nameof(host));
    }

    /// <summary>Lower case: sip, sips, tel, or a foreign scheme.</summary>
    public string Scheme { get; }

    /// <summary>The user part with escapes normalised; the number of a tel URI; the rest of a foreign URI.</summary>
    public string User { get; }

    public string? Password { get; }

    /// <summary>Host name or address, lower case, IPv6 in brackets; "" for tel and foreign schemes.</summary>
    public string Host { get; }

    /// <summary>0 = none written.</summary>
    public int Port { get; }

    /// <summary>Treat as read-only; <see cref="WithParameter"/> makes a changed copy.</summary>
    public SipParameters Parameters { get; }

    /// <summary>What stands after the question mark, or null.</summary>
    public string? UriHeaders { get; }

    public bool IsSip => Scheme is "sip" or "sips";

    public bool IsTel => Scheme is "tel";

    /// <summary>True for a loose router (RFC 3261 19.1.1).</summary>
    public bool IsLooseRouter => Parameters.Contains("lr");

    /// <summary>Normalised scheme:user@host without port, parameters and headers: a dictionary key.</summary>
    public string AddressOfRecord => IsSip
        ? User.Length == 0 ? $"{Scheme}:{Host}" : $"{Scheme}:{User}@{Host}"
        : IsTel ? "tel:" + WithoutVisualSeparators(User) : $"{Scheme}:{User}";

    public SipUri WithParameter(string name, string? value)
    {
        SipParameters parameters = Parameters.Copy();
        parameters.Set(name, value);
        return new SipUri(Scheme, User, Password, Host, Port, parameters, UriHeaders);
    }

    public SipUri WithoutParameters() => new(Scheme, User, Password, Host, Port, new SipParameters(), null);

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (text is null || text.Length is 0 or > 8192 || !SipSyntax.IsValue(text))
            return false;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !SipSyntax.IsScheme(text.AsSpan(0, colon)))
            return false;
        ReadOnlySpan<char> rest = text.AsSpan(colon + 1);
        if (rest.Length == 0 || rest.IndexOfAny(" \t<>\"") >= 0)
            return false;
#pragma warning disable CA1308 // Schemes and hosts are compared and written in lower case (RFC 3261 19.1.4).
        string scheme = text[..colon].ToLowerInvariant();
#pragma warning restore CA1308
        if (scheme is "tel")
            return TryParseTel(rest, out uri);
        if (scheme is not ("sip" or "sips"))
        {
            uri = new SipUri(scheme, rest.ToString(), null, "", 0, new SipParameters(), null);
            return true;
        }
        return TryParseSip(scheme, rest, out uri);
    }

    public bool Equals(SipUri? other) => other is not null && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as SipUri);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    private static bool TryParseSip(string scheme, ReadOnlySpan<char> rest, out SipUri? uri)
    {
        uri = null;
        string user = "";
        string? password = null;
        // The user part may hold ';' and '?', the host may not hold '@': the first '@' ends the user part.
        int at = rest.IndexOf('@');
        if (at >= 0)
        {
            ReadOnlySpan<char> userInfo = rest[..at];
            int colon = userInfo.IndexOf(':');
            if (colon >= 0)
                password = userInfo[(colon + 1)..].ToString();
            if (!TryNormaliseUser(colon < 0 ? userInfo : userInfo[..colon], out user) || user.Length == 0)
                return false;
            rest = rest[(at + 1)..];
            if (rest.Contains('@'))
                return false;
        }
        string? headers = null;
        int question = rest.IndexOf('?');
        if (question >= 0)
        {
            headers = rest[(question + 1)..].ToString();
            rest = rest[..question];
        }
        var parameters = new SipParameters();
        int semicolon = rest.IndexOf(';');
        if (semicolon >= 0)
        {
            if (!SipParameters.TryParse(rest[(semicolon + 1)..], inUri: true, parameters))
                return false;
            rest = rest[..semicolon];
        }
        if (!SipSyntax.TryParseHostPort(rest, out string host, out int port))
            return false;
#pragma warning disable CA1308
        uri = new SipUri(scheme, user, password, host.ToLowerInvariant(), port, parameters, headers);
#pragma warning restore CA1308
        return true;
    }

    private static bool TryParseTel(ReadOnlySpan<char> rest, out SipUri? uri)
    {
        uri = null;
        var parameters = new SipParameters();
        int semicolon = rest.IndexOf(';');
        if (semicolon >= 0)
        {
            if (!SipParameters.TryParse(rest[(semicolon + 1)..], inUri: true, parameters))
                return false;
            rest = rest[..semicolon];
        }
        ReadOnlySpan<char> digits = rest.Length > 0 && rest[0] == '+' ? rest[1..] : rest;
        if (!SipSyntax.IsPhoneNumber(digits))
            return false;
        uri = new SipUri("tel", rest.ToString(), null, "", 0, parameters, null);
        return true;
    }

    private static bool TryNormaliseUser(ReadOnlySpan<char> text, out string user)
    {
        user = "";
        var normal = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    return false;
                int value = int.Parse(text.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (value < 128 && (char.IsAsciiLetterOrDigit((char)value) || UserUnreserved.Contains((char)value, StringComparison.Ordinal)))
                    normal.Append((char)value);
                else
                    normal.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                // Letters beyond ASCII are not in the grammar but occur; they are kept. '#', '[' and the like are refused.
                if (c < 128 && !char.IsAsciiLetterOrDigit(c) && !UserUnreserved.Contains(c, StringComparison.Ordinal))
                    return false;
                normal.Append(c);
            }
        }
        user = normal.ToString();
        return true;
    }

    private static string WithoutVisualSeparators(string number) => string.Concat(number.Where(c => c is not ('-' or '.' or '(' or ')')));

    private string Compose()
    {
        if (!IsSip)
            return $"{Scheme}:{User}{Parameters}";
        var text = new StringBuilder(Scheme).Append(':');
        if (User.Length > 0)
        {
            text.Append(User);
            if (Password is not null)
                text.Append(':').Append(Password);
            text.Append('@');
        }
        text.Append(Host);
        if (Port != 0)
            text.Append(':').Append(Port.ToString(CultureInfo.InvariantCulture));
        text.Append(Parameters.ToString());
        if (UriHeaders is not null)
            text.Append('?').Append(UriHeaders);
        return text.ToString();
    }
}
