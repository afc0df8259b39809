namespace MediaEngine.Keys;

/// <summary>What a KMS answers (TS 33.180 D.3.1).</summary>
public abstract record KmsMessage
{
    private KmsMessage()
    {
    }

    /// <summary>KmsInit: the KMS's own certificate.</summary>
    public sealed record Init(KmsCertificate Certificate) : KmsMessage;

    /// <summary>KmsKeyProv: keys of one user, not validated yet. The receiver disposes them.</summary>
    public sealed record KeyProvision(IReadOnlyList<ReceivedKeySet> KeySets) : KmsMessage;

    /// <summary>KmsCertCache: the certificates of the KMSs that this one trusts.</summary>
    /// <param name="Number">Grows when the cache changes.</param>
    public sealed record CertificateCache(long Number, IReadOnlyList<KmsCertificate> Certificates) : KmsMessage;

    /// <summary>KmsError: the request cannot be satisfied.</summary>
    public sealed record Error(long Code, string Text) : KmsMessage;
}
