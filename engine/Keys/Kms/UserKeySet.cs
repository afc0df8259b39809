using System.Text;

namespace MediaEngine.Keys;

/// <summary>
/// The keys of one identity, user or server, in one key period (TS 33.180 D.3.3): it signs and decrypts with them. Exists
/// only after the checks on receipt. Immutable until disposed, which zeroes.
/// </summary>
public sealed class UserKeySet : IDisposable
{
    /// <summary>The longest user URI taken.</summary>
    public const int MaxUri_bytes = 1024;

    private readonly byte[] _userIdentifier;

    private UserKeySet(
        KmsCertificate certificate, string userUri, long keyPeriodNumber, ReadOnlySpan<byte> userIdentifier, ReceiverSecretKey decryptKey,
        SecretSigningKey signingKey)
    {
        Certificate = certificate;
        UserUri = userUri;
        KeyPeriodNumber = keyPeriodNumber;
        _userIdentifier = userIdentifier.ToArray();
        ReceiverSecretKey = decryptKey;
        SecretSigningKey = signingKey;
    }

    /// <summary>The KMS that issued the keys.</summary>
    public KmsCertificate Certificate { get; }

    /// <summary>Exactly as provisioned.</summary>
    public string UserUri { get; }

    public long KeyPeriodNumber { get; }

    /// <summary>UID, 32 octets.</summary>
    public ReadOnlySpan<byte> UserIdentifier => _userIdentifier;

    /// <summary>RSK.</summary>
    public ReceiverSecretKey ReceiverSecretKey { get; }

    /// <summary>SSK and PVT.</summary>
    public SecretSigningKey SecretSigningKey { get; }

    /// <summary>Checks keys as a KMS sent them and takes copies. Never throws on what was received.</summary>
    /// <param name="keys">Null unless Ok.</param>
    public static UserKeySetOutcome Receive(KmsCertificate certificate, ReceivedKeySet received, out UserKeySet? keys)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        keys = null;
        if (certificate.Revoked || received.Revoked)
            return UserKeySetOutcome.Revoked;
        if (received.KmsUri != certificate.Kms.Uri)
            return UserKeySetOutcome.WrongKms;
        if (Encoding.UTF8.GetByteCount(received.UserUri) is < 1 or > MaxUri_bytes)
            return UserKeySetOutcome.BadUserUri;
        if (!KeyPeriods.IsInRange(certificate.Kms, received.KeyPeriodNumber))
            return UserKeySetOutcome.BadKeyPeriod;
        Span<byte> identifier = stackalloc byte[Keys.UserIdentifier.Length_bytes];
        certificate.Kms.DeriveUserIdentifier(received.UserUri, received.KeyPeriodNumber, identifier);
        if (received.UserIdentifier is { } claimed && !identifier.SequenceEqual(claimed))
            return UserKeySetOutcome.WrongUserIdentifier;
        if (SecretSigningKey.Receive(
            certificate.KmsPublicAuthenticationKey, identifier, received.SigningKey, received.PublicValidationToken,
            out SecretSigningKey? signing) != EccsiOutcome.Ok)
            return UserKeySetOutcome.BadSigningKey;
        if (ReceiverSecretKey.Receive(certificate.KmsPublicKey, identifier, received.DecryptKey, out ReceiverSecretKey? decrypt) != SakkeOutcome.Ok)
        {
            signing!.Dispose();
            return UserKeySetOutcome.BadDecryptKey;
        }
        keys = new UserKeySet(certificate, received.UserUri, received.KeyPeriodNumber, identifier, decrypt!, signing!);
        return UserKeySetOutcome.Ok;
    }

    /// <summary>Never key material.</summary>
    public override string ToString() => $"{UserUri} period {KeyPeriodNumber}";

    public void Dispose()
    {
        ReceiverSecretKey.Dispose();
        SecretSigningKey.Dispose();
    }
}
