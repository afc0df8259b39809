namespace MediaEngine.Sip;

/// <summary>What an Authorization header says, where it stands in its text (RFC 7616 3.4). A field that is missing is empty.</summary>
internal ref struct DigestCredentials
{
    private const int MaxFields = 32;
    private const string Utf8Prefix = "UTF-8'";

    public ReadOnlySpan<char> User;
    public ReadOnlySpan<char> Realm;
    public ReadOnlySpan<char> Nonce;
    public ReadOnlySpan<char> Uri;
    public ReadOnlySpan<char> Response;
    public ReadOnlySpan<char> Algorithm;
    public ReadOnlySpan<char> ClientNonce;
    public ReadOnlySpan<char> NonceCount;
    public ReadOnlySpan<char> Qop;

    /// <summary>False for another scheme, a field repeated, or anything that is no list of fields.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DigestCredentials credentials)
    {
        credentials = default;
        if (!DigestFields.IsDigest(text))
            return false;
        ReadOnlySpan<char> rest = text[7..];
        int fields = 0;
        for (int comma = 0; comma >= 0; rest = rest[(comma + 1)..])
        {
            comma = SipSyntax.IndexOfSeparator(rest, ',');
            if (comma == -2)
                return false;
            ReadOnlySpan<char> item = SipSyntax.Trim(comma < 0 ? rest : rest[..comma]);
            if (item.Length == 0)
                continue;
            int equals = item.IndexOf('=');
            if (equals <= 0 || ++fields > MaxFields)
                return false;
            ReadOnlySpan<char> name = SipSyntax.Trim(item[..equals]);
            ReadOnlySpan<char> value = SipSyntax.Trim(item[(equals + 1)..]);
            bool isQuoted = value.Length > 0 && value[0] == '"';
            if (!SipSyntax.IsToken(name) || (isQuoted && (value.Length < 2 || SipSyntax.IndexOfClosingQuote(value, 0) != value.Length - 1)))
                return false;
            if (isQuoted)
                value = value.Contains('\\') ? SipSyntax.Unquote(value) : value[1..^1];
            if (!credentials.TrySet(name, value))
                return false;
        }
        return fields > 0;
    }

    private bool TrySet(scoped ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (Is(name, "username"))
            return TrySet(ref User, value);
        // RFC 7616 3.4: for names that a quoted string cannot hold (RFC 5987); never beside the other.
        if (Is(name, "username*"))
            return TryDecode(value, out string decoded) && TrySet(ref User, decoded);
        if (Is(name, "realm"))
            return TrySet(ref Realm, value);
        if (Is(name, "nonce"))
            return TrySet(ref Nonce, value);
        if (Is(name, "uri"))
            return TrySet(ref Uri, value);
        if (Is(name, "response"))
            return TrySet(ref Response, value);
        if (Is(name, "algorithm"))
            return TrySet(ref Algorithm, value);
        if (Is(name, "cnonce"))
            return TrySet(ref ClientNonce, value);
        if (Is(name, "nc"))
            return TrySet(ref NonceCount, value);
        return !Is(name, "qop") || TrySet(ref Qop, value);
    }

    private static bool TrySet(ref ReadOnlySpan<char> field, ReadOnlySpan<char> value)
    {
        bool isFirst = field.Length == 0;
        field = value;
        return isFirst;
    }

    private static bool TryDecode(ReadOnlySpan<char> value, out string decoded)
    {
        decoded = "";
        int language = value.StartsWith(Utf8Prefix, StringComparison.OrdinalIgnoreCase) ? value[Utf8Prefix.Length..].IndexOf('\'') : -1;
        if (language < 0)
            return false;
        // What is no escape stays as it is, so that every text decodes to something.
        decoded = System.Uri.UnescapeDataString(value[(Utf8Prefix.Length + language + 1)..]);
        return decoded.Length > 0;
    }

    private static bool Is(ReadOnlySpan<char> name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
