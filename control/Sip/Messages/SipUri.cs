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
    // Made when it is asked for first: most URIs are only looked into.
    private string? _text;

    private SipUri(string scheme, string user, string? password, string host, int port, SipParameters parameters, string? headers)
    {
        Scheme = scheme;
        User = user;
        Password = password;
        Host = host;
        Port = port;
        Parameters = parameters;
        UriHeaders = headers;
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

    /// <summary>As it may stand in a request line: a Contact's headers and method are no part of it (RFC 3261 19.1.1, table 1).</summary>
    public SipUri AsRequestUri()
    {
        if (UriHeaders is null && !Parameters.Contains("method"))
            return this;
        SipParameters parameters = Parameters.Copy();
        parameters.Remove("method");
        return new SipUri(Scheme, User, Password, Host, Port, parameters, headers: null);
    }

    public SipUri WithoutParameters() => new(Scheme, User, Password, Host, Port, new SipParameters(), null);

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipUri? uri) => TryParse(text.AsSpan(), out uri);

    internal static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (!SipUriText.TryCut(text, out SipUriText cut))
            return false;
        var parameters = new SipParameters();
        if (cut.Parameters.Length > 0)
            SipParameters.TryParse(cut.Parameters, inUri: true, parameters);
#pragma warning disable CA1308 // Schemes and hosts are compared and written in lower case (RFC 3261 19.1.4).
        string scheme = cut.Kind switch
        {
            SipUriKind.Sip => "sip",
            SipUriKind.Sips => "sips",
            SipUriKind.Tel => "tel",
            _ => cut.Scheme.ToString().ToLowerInvariant(),
        };
        string host = cut.Host.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        uri = new SipUri(scheme, Normalised(cut.User, cut.Kind), cut.HasPassword ? cut.Password.ToString() : null, host, cut.Port, parameters,
            cut.HasHeaders ? cut.Headers.ToString() : null);
        return true;
    }

    public bool Equals(SipUri? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as SipUri);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text ??= Compose();

    /// <summary>Escapes that need not be are undone, the others get upper case digits. The text is known to be a user part.</summary>
    private static string Normalised(ReadOnlySpan<char> user, SipUriKind kind)
    {
        if (kind is not (SipUriKind.Sip or SipUriKind.Sips) || !user.Contains('%'))
            return user.ToString();
        var normal = new StringBuilder(user.Length);
        for (int i = 0; i < user.Length; i++)
        {
            if (user[i] != '%')
            {
                normal.Append(user[i]);
                continue;
            }
            int value = int.Parse(user.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (value < 128 && SipUriText.IsUserCharacter((char)value))
                normal.Append((char)value);
            else
                normal.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            i += 2;
        }
        return normal.ToString();
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
