using System.Security.Cryptography;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.SakkeOrder, MediaEngine.Keys.Limbs16>;

namespace MediaEngine.Keys;

/// <summary>HashToIntegerRange of RFC 6508 5.1 with SHA-256, for the two ranges that parameter set 1 needs.</summary>
internal static class SakkeHash
{
    private const int Hash_bytes = SHA256.HashSizeInBytes;

    /// <summary>r = HashToIntegerRange(SSV ‖ b, q).</summary>
    public static Scalar ToScalar(ReadOnlySpan<byte> sharedSecretValue, ReadOnlySpan<byte> identifier)
    {
        Span<byte> seed = stackalloc byte[Hash_bytes];
        using (var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            sha.AppendData(sharedSecretValue);
            sha.AppendData(identifier);
            sha.GetHashAndReset(seed);
        }
        Span<byte> integer = stackalloc byte[SakkeParameters.Integer_bytes];
        Expand(seed, integer);
        Scalar scalar = Scalar.Reduce(integer);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(integer);
        return scalar;
    }

    /// <summary>XORs HashToIntegerRange(w, 2^n) into the SSV, or out of it.</summary>
    public static void Mask(ReadOnlySpan<byte> w, Span<byte> sharedSecretValue)
    {
        Span<byte> integer = stackalloc byte[Hash_bytes];
        SHA256.HashData(w, integer);
        Expand(integer, integer);
        ReadOnlySpan<byte> low = integer[^sharedSecretValue.Length..];
        for (int i = 0; i < sharedSecretValue.Length; i++)
            sharedSecretValue[i] ^= low[i];
        CryptographicOperations.ZeroMemory(integer);
    }

    /// <summary>v_1 ‖ v_2 ‖ ..., where v_i = hash(h_i ‖ seed), h_i = hash(h_{i-1}), h_0 = 0.</summary>
    private static void Expand(ReadOnlySpan<byte> seed, Span<byte> output)
    {
        Span<byte> chained = stackalloc byte[2 * Hash_bytes];
        chained.Clear();
        seed.CopyTo(chained[Hash_bytes..]);
        for (; !output.IsEmpty; output = output[Hash_bytes..])
        {
            SHA256.HashData(chained[..Hash_bytes], chained);
            SHA256.HashData(chained, output);
        }
        CryptographicOperations.ZeroMemory(chained);
    }
}
