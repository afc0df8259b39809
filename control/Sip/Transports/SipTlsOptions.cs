using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MediaEngine.Sip;

/// <summary>Certificates of a stack's TLS. TLS 1.2 and 1.3, no renegotiation.</summary>
public sealed record SipTlsOptions
{
    /// <summary>What listeners show; asked at each handshake, so that a renewed certificate serves new connections.</summary>
    public Func<SslStreamCertificateContext>? ServerCertificate { get; init; }

    /// <summary>Issuers of certificates that peers show to a listener with <see cref="SipListen.RequirePeerCertificate"/>.</summary>
    public X509Certificate2Collection TrustedPeers { get; init; } = [];

    /// <summary>Issuers of certificates of servers we connect to; null = those this machine trusts.</summary>
    public X509Certificate2Collection? TrustedServers { get; init; }

    /// <summary>What we show to servers that ask; null = nothing.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }
}
