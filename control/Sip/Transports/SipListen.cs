using System.Net;

namespace MediaEngine.Sip;

/// <summary>One listening endpoint; port 0 = any.</summary>
public sealed record SipListen(SipTransportKind Transport, IPEndPoint EndPoint)
{
    /// <summary>The host our Via names on it; null = <see cref="SipStackOptions.AdvertisedHost"/>.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>TLS: only for peers that show a certificate of <see cref="SipTlsOptions.TrustedPeers"/>.</summary>
    public bool RequirePeerCertificate { get; init; }
}
