using System.Collections.Frozen;

namespace MediaEngine.Sip;

/// <summary>Canonical spellings, compact forms, and which headers are comma lists.</summary>
internal static class SipHeaderNames
{
    private static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(
        [
            "Via", "Route", "Record-Route", "Contact", "Accept", "Accept-Encoding", "Accept-Language", "Accept-Contact",
            "Reject-Contact", "Request-Disposition", "Alert-Info", "Allow", "Allow-Events", "Call-Info", "Content-Encoding",
            "Content-Language", "Error-Info", "In-Reply-To", "Path", "Service-Route", "P-Asserted-Identity",
            "P-Preferred-Identity", "P-Asserted-Service", "P-Preferred-Service", "P-Associated-URI", "Proxy-Require", "Require",
            "Supported", "Unsupported", "Warning", "Reason", "History-Info", "Recv-Info", "Resource-Priority",
            "Accept-Resource-Priority", "Security-Client", "Security-Server", "Security-Verify", "Permission-Missing",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Single = FrozenSet.ToFrozenSet(
        ["From", "To", "Call-ID", "CSeq", "Content-Length", "Content-Type", "Max-Forwards", "Expires", "Event", "SIP-If-Match",
            "SIP-ETag", "Session-Expires", "Min-SE", "RAck", "RSeq", "MIME-Version", "Refer-To", "Referred-By", "Replaces"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Canonical = BuildCanonical();

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> CanonicalBySpan =
        Canonical.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Long form with its usual spelling; the name itself when unknown.</summary>
    public static string Normalise(ReadOnlySpan<char> name) =>
        CanonicalBySpan.TryGetValue(name, out string? known) ? known : name.ToString();

    public static string Normalise(string name) => Canonical.TryGetValue(name, out string? known) ? known : name;

    public static bool IsList(string name) => Lists.Contains(name);

    /// <summary>True when the header may occur once at most.</summary>
    public static bool IsSingle(string name) => Single.Contains(name);

    private static FrozenDictionary<string, string> BuildCanonical()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["a"] = "Accept-Contact",
            ["b"] = "Referred-By",
            ["c"] = "Content-Type",
            ["d"] = "Request-Disposition",
            ["e"] = "Content-Encoding",
            ["f"] = "From",
            ["i"] = "Call-ID",
            ["j"] = "Reject-Contact",
            ["k"] = "Supported",
            ["l"] = "Content-Length",
            ["m"] = "Contact",
            ["o"] = "Event",
            ["r"] = "Refer-To",
            ["s"] = "Subject",
            ["t"] = "To",
            ["u"] = "Allow-Events",
            ["v"] = "Via",
            ["x"] = "Session-Expires",
            ["y"] = "Identity",
        };
        string[] others =
        [
            "Authorization", "WWW-Authenticate", "Proxy-Authorization", "Proxy-Authenticate", "Authentication-Info", "User-Agent",
            "Server", "Date", "Timestamp", "Priority", "Organization", "Privacy", "Answer-Mode", "Priv-Answer-Mode",
            "P-Access-Network-Info", "P-Answer-State", "P-Charging-Vector", "Subscription-State", "Retry-After", "Min-Expires",
            "Content-Disposition", "Content-ID", "Content-Transfer-Encoding", "Info-Package", "Target-Dialog", "Refer-Sub",
        ];
        foreach (string name in Lists.Concat(Single).Concat(others))
            names[name] = name;
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
