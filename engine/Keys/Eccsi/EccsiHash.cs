using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>The two hashes of ECCSI (RFC 6507 5.1.1, 5.2.1) with SHA-256.</summary>
internal static class EccsiHash
{
    public const int Length_bytes = SHA256.HashSizeInBytes;

    /// <summary>HS = hash(G ‖ KPAK ‖ ID ‖ PVT).</summary>
    public static void OfSigner(
        ReadOnlySpan<byte> publicAuthenticationKey, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> validationToken,
        Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(P256Curve.Generator);
        sha.AppendData(publicAuthenticationKey);
        sha.AppendData(identifier);
        sha.AppendData(validationToken);
        sha.GetHashAndReset(hash);
    }

    /// <summary>HE = hash(HS ‖ r ‖ M).</summary>
    public static void OfMessage(
        ReadOnlySpan<byte> signerHash, ReadOnlySpan<byte> r, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(signerHash);
        sha.AppendData(r);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);
    }
}
