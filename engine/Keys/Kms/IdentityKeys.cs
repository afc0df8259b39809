using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// Everything one identity holds of MIKEY-SAKKE: the certificates it trusts and its own keys of some key periods. Immutable;
/// any number of threads may use it until it is disposed, which disposes the key sets.
/// </summary>
public sealed class IdentityKeys : IMikeySigner, IMikeyVerifier, ISakkeEncapsulator, ISakkeDecapsulator, IDisposable
{
    private readonly UserKeySet[] _keySets;
    private readonly KmsCertificate[] _certificates;
    private readonly IEntropy _entropy;

    /// <param name="uri">The identity, exactly as provisioned.</param>
    /// <param name="own">Of the KMS that provisioned it; its users are trusted.</param>
    /// <param name="trusted">Of other KMSs whose users are trusted. Revoked ones are passed over.</param>
    /// <param name="keySets">Become this object's to dispose.</param>
    /// <param name="entropy">Nonces of signatures; must stand several threads.</param>
    /// <exception cref="ArgumentException">
    /// No key set, one of another identity or KMS, a key period twice, a revoked own certificate, or two certificates of one KMS.
    /// </exception>
    public IdentityKeys(
        string uri, KmsCertificate own, IReadOnlyList<KmsCertificate> trusted, IReadOnlyList<UserKeySet> keySets, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        if (own.Revoked)
            throw new ArgumentException($"The certificate of {own} is revoked.", nameof(own));
        if (keySets.Count == 0 || keySets.Any(set => set.UserUri != uri || set.Certificate.Kms != own.Kms))
            throw new ArgumentException($"These are not key sets of {uri} from {own}.", nameof(keySets));
        if (keySets.DistinctBy(set => set.KeyPeriodNumber).Count() != keySets.Count)
            throw new ArgumentException("A key period is there twice.", nameof(keySets));
        Uri = uri;
        Certificate = own;
        _certificates = [own, .. trusted.Where(other => !other.Revoked)];
        if (_certificates.DistinctBy(certificate => certificate.Kms.Uri).Count() != _certificates.Length)
            throw new ArgumentException("A KMS is there twice.", nameof(trusted));
        TrustedKms = [.. _certificates.Select(certificate => certificate.Kms)];
        _keySets = [.. keySets.OrderBy(set => set.KeyPeriodNumber)];
        KeyPeriodNumbers = [.. _keySets.Select(set => set.KeyPeriodNumber)];
        _entropy = entropy;
    }

    /// <summary>The identity, exactly as provisioned.</summary>
    public string Uri { get; }

    /// <summary>The certificate of the KMS that provisioned this identity.</summary>
    public KmsCertificate Certificate { get; }

    /// <summary>The KMS that provisioned this identity.</summary>
    public KeyManagementServer Kms => Certificate.Kms;

    /// <summary>Whose users are trusted; the own KMS first.</summary>
    public IReadOnlyList<KeyManagementServer> TrustedKms { get; }

    /// <summary>The certificates of <see cref="TrustedKms"/>, in the same order.</summary>
    public IReadOnlyList<KmsCertificate> Certificates => _certificates;

    /// <summary>By key period, ascending.</summary>
    public IReadOnlyList<UserKeySet> KeySets => _keySets;

    /// <summary>The key periods there are keys for, ascending.</summary>
    public IReadOnlyList<long> KeyPeriodNumbers { get; }

    /// <summary>Whether keys of this moment's period are held.</summary>
    public bool CoversAt(DateTimeOffset moment) => KeyPeriodNumbers.Contains(KeyPeriods.PeriodAt(Kms, moment));

    /// <inheritdoc/>
    public bool TrySign(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, Span<byte> signature129)
    {
        if (Find(userIdentifier32) is not { } keys)
            return false;
        keys.SecretSigningKey.Sign(message, _entropy, signature129);
        return true;
    }

    /// <inheritdoc/>
    public bool Verify(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature129) =>
        Find(kms)?.KmsPublicAuthenticationKey.Verify(userIdentifier32, message, signature129) == EccsiOutcome.Ok;

    /// <inheritdoc/>
    public bool TryEncapsulate(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> key16, Span<byte> encapsulatedData273)
    {
        if (Find(kms) is not { } certificate)
            return false;
        certificate.KmsPublicKey.Encapsulate(userIdentifier32, key16, encapsulatedData273);
        return true;
    }

    /// <inheritdoc/>
    public bool TryDecapsulate(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> encapsulatedData273, Span<byte> key16) =>
        Find(userIdentifier32)?.ReceiverSecretKey.Decapsulate(encapsulatedData273, key16) == SakkeOutcome.Ok;

    /// <summary>Never key material.</summary>
    public override string ToString() => $"{Uri} of {Certificate}";

    public void Dispose()
    {
        foreach (UserKeySet keys in _keySets)
            keys.Dispose();
    }

    private UserKeySet? Find(ReadOnlySpan<byte> userIdentifier)
    {
        foreach (UserKeySet keys in _keySets)
        {
            if (keys.UserIdentifier.SequenceEqual(userIdentifier))
                return keys;
        }
        return null;
    }

    // The whole of it: a certificate of the same URI with other key periods belongs to other UIDs.
    private KmsCertificate? Find(KeyManagementServer kms) => Array.Find(_certificates, certificate => certificate.Kms == kms);
}
