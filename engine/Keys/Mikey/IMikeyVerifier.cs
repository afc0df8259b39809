namespace MediaEngine.Keys;

/// <summary>Checks signatures of the users of trusted KMSs: ECCSI (RFC 6507) behind an interface. Must not throw.</summary>
public interface IMikeyVerifier
{
    /// <summary>True only when the signature is of this UID's owner; false when it is not, or the KMS's key is not known.</summary>
    bool Verify(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature129);
}
