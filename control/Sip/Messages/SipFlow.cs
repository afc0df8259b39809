using System.Net;

namespace MediaEngine.Sip;

/// <summary>Where a message came from and a response goes back to. <paramref name="Connection"/> is 0 for UDP.</summary>
/// <param name="PeerDomains">The domains that the certificate the peer showed speaks for (RFC 5922 7.1); null when it showed none.</param>
public readonly record struct SipFlow(
    SipTransportKind Transport, IPEndPoint Local, IPEndPoint Remote, long Connection, IReadOnlyList<string>? PeerDomains = null);
