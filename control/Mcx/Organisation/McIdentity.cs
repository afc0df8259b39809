using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Comparable form of the URIs that name users, groups and servers.</summary>
public static class McIdentity
{
    /// <summary>
    /// The address of record of <paramref name="uri"/>: scheme, user and lower-case host, without parameters. Null when it is
    /// not a sip, sips or tel URI or longer than a floor control field can carry (TS 24.380 8.1.3: 255 octets).
    /// </summary>
    public static string? Normalise(string? uri)
    {
        if (uri is null || uri.Length > 255 || !SipUri.TryParse(uri, out SipUri? parsed))
            return null;
        if (!parsed.IsSip && !parsed.IsTel)
            return null;
        // What is normalised already stays the same object, so that who keeps both keeps one.
        string identity = parsed.AddressOfRecord;
        return identity == uri ? uri : identity;
    }
}
