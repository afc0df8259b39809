namespace MediaEngine.Keys;

/// <summary>
/// What a KMS publishes (TS 33.180 D.3.2): with it anyone encrypts to its users and verifies their signatures. Immutable.
/// </summary>
public sealed class KmsCertificate
{
    /// <summary>The KMS's URI and its key periods.</summary>
    public required KeyManagementServer Kms { get; init; }

    /// <summary>PubEncKey, Z_T.</summary>
    public required KmsPublicKey KmsPublicKey { get; init; }

    /// <summary>PubAuthKey, KPAK.</summary>
    public required KmsPublicAuthenticationKey KmsPublicAuthenticationKey { get; init; }

    /// <summary>Null = from ever.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Null = for ever.</summary>
    public DateTimeOffset? ValidTo { get; init; }

    public bool Revoked { get; init; }

    /// <summary>KmsDomainList: the security domains this certificate serves.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>CertUri; null when the KMS gives it none.</summary>
    public string? CertUri { get; init; }

    /// <summary>Issuer; null when the KMS names none.</summary>
    public string? Issuer { get; init; }

    /// <summary>Not revoked, and within its validity.</summary>
    public bool IsUsableAt(DateTimeOffset moment) =>
        !Revoked && (ValidFrom is null || moment >= ValidFrom) && (ValidTo is null || moment <= ValidTo);

    public override string ToString() => Kms.Uri;
}
