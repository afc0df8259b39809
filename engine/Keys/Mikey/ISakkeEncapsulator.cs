namespace MediaEngine.Keys;

/// <summary>Encrypts a key to an identity: SAKKE (RFC 6508) behind an interface.</summary>
public interface ISakkeEncapsulator
{
    /// <summary>Fills the encapsulated data (273 octets); false when the KMS's public key is not known.</summary>
    bool TryEncapsulate(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> key16, Span<byte> encapsulatedData273);
}
