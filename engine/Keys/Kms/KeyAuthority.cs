using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// A KMS (TS 33.180 5.3): issues the keys of its users from two secrets. Whoever holds them can sign and decrypt as any user.
/// Immutable and for any number of threads until disposed, which zeroes.
/// </summary>
public sealed class KeyAuthority : IDisposable
{
    /// <summary>KSAK ‖ z_T.</summary>
    public const int Secrets_bytes = KmsSecretAuthenticationKey.Length_bytes + KmsMasterSecret.Length_bytes;

    private readonly KmsSecretAuthenticationKey _authentication;
    private readonly KmsMasterSecret _master;

    private KeyAuthority(KmsSecretAuthenticationKey authentication, KmsMasterSecret master, KmsCertificate certificate)
    {
        _authentication = authentication;
        _master = master;
        Certificate = certificate;
    }

    public KmsCertificate Certificate { get; }

    /// <summary>A new KMS with secrets of its own.</summary>
    /// <param name="domains">The security domains it serves.</param>
    public static KeyAuthority Generate(
        KeyManagementServer kms, DateTimeOffset validFrom, DateTimeOffset validTo, IReadOnlyList<string> domains, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(kms);
        ArgumentException.ThrowIfNullOrEmpty(kms.Uri);
        ArgumentOutOfRangeException.ThrowIfLessThan(kms.UserKeyPeriod_s, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(kms.UserKeyOffset_s);
        var authentication = KmsSecretAuthenticationKey.Generate(entropy);
        var master = KmsMasterSecret.Generate(entropy);
        return new KeyAuthority(authentication, master, new KmsCertificate
        {
            Kms = kms,
            KmsPublicKey = master.PublicKey,
            KmsPublicAuthenticationKey = authentication.PublicKey,
            ValidFrom = validFrom,
            ValidTo = validTo,
            Domains = domains,
        });
    }

    /// <summary>The KMS of a certificate. Null when the octets are not the secrets that belong to it.</summary>
    public static KeyAuthority? Restore(KmsCertificate certificate, ReadOnlySpan<byte> secrets160)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (secrets160.Length != Secrets_bytes)
            return null;
        var authentication = KmsSecretAuthenticationKey.Read(secrets160[..KmsSecretAuthenticationKey.Length_bytes]);
        var master = KmsMasterSecret.Read(secrets160[KmsSecretAuthenticationKey.Length_bytes..]);
        if (authentication is not null && master is not null &&
            authentication.PublicKey.Octets.SequenceEqual(certificate.KmsPublicAuthenticationKey.Octets) &&
            master.PublicKey.Octets.SequenceEqual(certificate.KmsPublicKey.Octets))
            return new KeyAuthority(authentication, master, certificate);
        authentication?.Dispose();
        master?.Dispose();
        return null;
    }

    /// <summary>For stores only: 160 octets.</summary>
    public void CopySecretsTo(Span<byte> destination)
    {
        _authentication.CopyKeyTo(destination);
        _master.CopyKeyTo(destination[KmsSecretAuthenticationKey.Length_bytes..]);
    }

    /// <summary>
    /// Makes the keys of one identity for one key period and checks them as a receiver would; the caller disposes them. Issued
    /// again they sign with another token, which verifies as well.
    /// </summary>
    /// <exception cref="ArgumentException">A URI or key period that no identity can have, or a revoked certificate.</exception>
    public UserKeySet Issue(string userUri, long keyPeriodNumber, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(userUri);
        if (!KeyPeriods.IsInRange(Certificate.Kms, keyPeriodNumber))
            throw new ArgumentOutOfRangeException(nameof(keyPeriodNumber), keyPeriodNumber, "Not a key period of this KMS.");
        Span<byte> identifier = stackalloc byte[UserIdentifier.Length_bytes];
        Certificate.Kms.DeriveUserIdentifier(userUri, keyPeriodNumber, identifier);
        byte[] decrypt = GC.AllocateArray<byte>(ReceiverSecretKey.Length_bytes, pinned: true);
        byte[] signing = GC.AllocateArray<byte>(SecretSigningKey.Length_bytes, pinned: true);
        if (!_master.TryIssue(identifier, decrypt))
            throw new ArgumentException("There is no RSK for this identity and key period.", nameof(userUri));
        using SecretSigningKey issued = _authentication.Issue(identifier, entropy);
        issued.CopyKeyTo(signing);
        using var set = new ReceivedKeySet
        {
            KmsUri = Certificate.Kms.Uri,
            UserUri = userUri,
            KeyPeriodNumber = keyPeriodNumber,
            DecryptKey = decrypt,
            SigningKey = signing,
            PublicValidationToken = issued.PublicValidationToken.ToArray(),
        };
        UserKeySetOutcome outcome = UserKeySet.Receive(Certificate, set, out UserKeySet? keys);
        return keys ?? throw new ArgumentException($"No keys can be issued: {outcome}.", nameof(userUri));
    }

    /// <summary>What one identity holds at a moment: the keys of the previous, current and next key period.</summary>
    /// <param name="trusted">Certificates of other KMSs whose users may send to it.</param>
    public IdentityKeys IssueIdentity(string uri, DateTimeOffset now, IEntropy entropy, params IReadOnlyList<KmsCertificate> trusted) =>
        new(uri, Certificate, trusted, [.. KeyPeriods.HeldAt(Certificate.Kms, now).Select(number => Issue(uri, number, entropy))], entropy);

    /// <summary>Never key material.</summary>
    public override string ToString() => Certificate.ToString();

    public void Dispose()
    {
        _authentication.Dispose();
        _master.Dispose();
    }
}
