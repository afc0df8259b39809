using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MediaEngine.Sip;

/// <summary>The TLS handshakes of both sides, with the identity check of RFC 5922.</summary>
internal static class SipTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Accepts; <paramref name="requirePeer"/> = only a peer whose certificate names a SIP domain.</summary>
    public static async Task<SslStream> AcceptAsync(Stream inner, SipTlsOptions options, bool requirePeer, CancellationToken cancellation)
    {
        var stream = new SslStream(inner);
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = options.ServerCertificate!(),
                    EnabledSslProtocols = Versions,
                    AllowRenegotiation = false,
                    ClientCertificateRequired = requirePeer,
                    // A resumed session would not show the certificate again.
                    AllowTlsResume = !requirePeer,
                    CertificateChainPolicy = requirePeer ? Trusting(options.TrustedPeers) : null,
                    RemoteCertificateValidationCallback = requirePeer
                        ? (_, certificate, _, errors) => errors == SslPolicyErrors.None && DomainsOf(certificate).Count > 0
                        : null,
                },
                cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static async Task<SslStream> ConnectAsync(Stream inner, SipTlsOptions options, string serverName, CancellationToken cancellation)
    {
        var stream = new SslStream(inner);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = IPAddress.TryParse(serverName, out _) ? string.Empty : serverName,
                    EnabledSslProtocols = Versions,
                    AllowRenegotiation = false,
                    ClientCertificateContext = options.ClientCertificate,
                    CertificateChainPolicy = options.TrustedServers is { } trusted ? Trusting(trusted) : null,
                    // Our rule instead of HTTPS's: no wildcards, SIP URIs first.
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None &&
                        certificate is X509Certificate2 shown && SipCertificateNames.Of(shown).SpeakFor(serverName),
                },
                cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static IReadOnlyList<string> DomainsOf(X509Certificate? certificate) =>
        certificate is X509Certificate2 shown ? SipCertificateNames.Of(shown).Domains : [];

    private static X509ChainPolicy Trusting(X509Certificate2Collection issuers)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(issuers);
        return policy;
    }
}
