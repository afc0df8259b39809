namespace MediaEngine.Server;

/// <summary>Certificates of SIP over TLS; docs/server.md explains every key of the <c>sip</c> section.</summary>
public sealed record SipTlsConfiguration
{
    /// <summary>Where the certificate is kept that is made when none is configured.</summary>
    public required string Folder { get; init; }

    /// <summary>PEM of the certificate, those that lead to its issuer after it; null with <see cref="KeyPath"/>: a self-signed one in the folder.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM of its private key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>PEM of the issuers of partners' certificates, for listeners that require one.</summary>
    public string? TrustedPeersPath { get; init; }
}
