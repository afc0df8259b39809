namespace MediaEngine.Sip;

/// <summary>Whether two contacts are the same binding: the comparison of RFC 3261 19.1.4.</summary>
internal static class SipContactComparison
{
    private static readonly string[] SignificantWhenAbsent = ["user", "ttl", "method", "maddr", "transport"];

    public static bool AreSame(string left, string right) =>
        string.Equals(left, right, StringComparison.Ordinal)
        || (SipUri.TryParse(left, out SipUri? a) && SipUri.TryParse(right, out SipUri? b) && AreSame(a, b));

    private static bool AreSame(SipUri a, SipUri b) =>
        a.Scheme == b.Scheme && a.User == b.User && a.Password == b.Password && a.Host == b.Host && a.Port == b.Port && a.UriHeaders == b.UriHeaders
        && Array.TrueForAll(SignificantWhenAbsent, name => AreEqual(a.Parameters[name], b.Parameters[name]))
        && a.Parameters.All(parameter => b.Parameters[parameter.Key] is not { } other || AreEqual(parameter.Value ?? "", other));

    private static bool AreEqual(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
