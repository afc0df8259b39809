using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>KmsKeySet (TS 33.180 D.3.3) as it came, not validated yet. Dispose zeroes the keys.</summary>
public sealed class ReceivedKeySet : IDisposable
{
    public required string KmsUri { get; init; }

    public required string UserUri { get; init; }

    public required long KeyPeriodNumber { get; init; }

    /// <summary>UserID, 32 octets; null when the KMS sent none, or in a form that is not known.</summary>
    public byte[]? UserIdentifier { get; init; }

    public bool Revoked { get; init; }

    /// <summary>UserDecryptKey, RSK.</summary>
    public required byte[] DecryptKey { get; init; }

    /// <summary>UserSigningKeySSK.</summary>
    public required byte[] SigningKey { get; init; }

    /// <summary>UserPubTokenPVT.</summary>
    public required byte[] PublicValidationToken { get; init; }

    /// <summary>Never key material.</summary>
    public override string ToString() => $"{UserUri} period {KeyPeriodNumber}";

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(DecryptKey);
        CryptographicOperations.ZeroMemory(SigningKey);
    }
}
