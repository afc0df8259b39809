using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>Reads the <c>sip</c> section of the server's configuration.</summary>
internal static class SipSection
{
    private static readonly (string Key, SipTransportKind Transport, bool Peers)[] Keys =
    [
        ("udp", SipTransportKind.Udp, false),
        ("tcp", SipTransportKind.Tcp, false),
        ("tls", SipTransportKind.Tls, false),
        ("mutual-tls", SipTransportKind.Tls, true),
        ("ws", SipTransportKind.Ws, false),
        ("wss", SipTransportKind.Wss, false),
    ];

    /// <summary>The listeners, and their TLS; null when none has TLS.</summary>
    public static (IReadOnlyList<SipListen> Listeners, SipTlsConfiguration? Tls) Read(YamlSection sip, string folder)
    {
        var listeners = new List<SipListen>();
        foreach ((string key, SipTransportKind transport, bool peers) in Keys)
        {
            foreach ((string? text, YamlSection? entry) in sip.OneOrMore(key))
            {
                EndPoint(entry is null ? (sip, key, text!) : (entry, "listen", entry.Required("listen", "the address:port to listen on")), out IPEndPoint endPoint);
                listeners.Add(new SipListen(transport, endPoint) { AdvertisedHost = entry is null ? null : HostOf(entry), RequirePeerCertificate = peers });
                entry?.RefuseUnknown();
            }
        }
        if (listeners.Count == 0)
            throw sip.Wrong("udp", "or another of sip.tcp, tls, ws, wss must be set: without a listener nobody can register");
        var tls = new SipTlsConfiguration
        {
            Folder = Path.Combine(folder, sip.Optional("folder") ?? "sip"),
            CertificatePath = PathOf("certificate"),
            KeyPath = PathOf("key"),
            TrustedPeersPath = PathOf("trusted-peers"),
        };
        if (tls.CertificatePath is null != tls.KeyPath is null)
            throw sip.Wrong(tls.KeyPath is null ? "key" : "certificate", "is missing: a TLS certificate and its key go together");
        if (tls.TrustedPeersPath is null && listeners.Exists(listen => listen.RequirePeerCertificate))
            throw sip.Wrong("mutual-tls", "needs trusted-peers, the PEM file of the issuers of partners' certificates");
        return (listeners, listeners.Exists(listen => listen.Transport.IsSecure()) ? tls : null);

        string? PathOf(string key) => sip.Optional(key) is { } path ? Path.Combine(folder, path) : null;
    }

    private static void EndPoint((YamlSection Section, string Key, string Text) at, out IPEndPoint endPoint)
    {
        // Without a port IPEndPoint takes the last group of an IPv6 address for none.
        bool hasPort = at.Text.StartsWith('[') ? at.Text.Contains("]:", StringComparison.Ordinal) : at.Text.Count(c => c == ':') == 1;
        if (!hasPort || !IPEndPoint.TryParse(at.Text, out IPEndPoint? parsed))
            throw at.Section.Wrong(at.Key, $"'{at.Text}' is not address:port, such as 192.0.2.1:5060 or [2001:db8::1]:5060");
        if (parsed.Address.IsIPv6LinkLocal)
            throw at.Section.Wrong(at.Key, $"{parsed.Address} is link-local: no SIP message can name it to another machine");
        endPoint = parsed;
    }

    private static string? HostOf(YamlSection entry)
    {
        if (entry.Optional("advertised-host") is not { } host)
            return null;
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 || (host.StartsWith('[') && Uri.CheckHostName(host) == UriHostNameType.IPv6)
            ? host
            : throw entry.Wrong("advertised-host", $"'{host}' is no host: a name, an IPv4 address, or an IPv6 address in brackets");
    }
}
