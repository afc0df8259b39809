namespace MediaEngine.Tool;

/// <summary>Whom a client expects at its server's address over TLS.</summary>
/// <param name="Name">The domain, or the address, that the certificate must speak for (RFC 5922).</param>
/// <param name="TrustedCertificatePath">PEM of the certificate, or of its issuer, to trust; null = those this machine trusts.</param>
public sealed record ServerTls(string Name, string? TrustedCertificatePath);
