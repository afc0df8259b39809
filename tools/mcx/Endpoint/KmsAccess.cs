namespace MediaEngine.Tool;

/// <summary>The <c>kms</c> section of a profile: where its user's keys come from and where they are kept.</summary>
/// <param name="Url">HTTPS address of the KMS; null when the key material is brought by hand.</param>
/// <param name="TrustedCertificatePath">PEM of the TLS certificate, or of its issuer, to trust; null = those this machine trusts.</param>
/// <param name="KeysPath">The file of key material; secret.</param>
public sealed record KmsAccess(Uri? Url, string? TrustedCertificatePath, string KeysPath);
