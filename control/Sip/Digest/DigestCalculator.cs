using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>The hashes of RFC 7616 3.4, qop=auth. All results are lower-case hexadecimal.</summary>
public static class DigestCalculator
{
    /// <summary>H(A1) = H(user:realm:password): what a server stores instead of the password.</summary>
    public static string HashA1(DigestAlgorithm algorithm, string user, string realm, string password) =>
        Hash(algorithm, $"{user}:{realm}:{password}");

    /// <summary>The response field.</summary>
    public static string Response(DigestAlgorithm algorithm, string hashA1, string method, string uri, string nonce, string nonceCount,
        string clientNonce) =>
        Hash(algorithm, $"{hashA1}:{nonce}:{nonceCount}:{clientNonce}:auth:{Hash(algorithm, $"{method}:{uri}")}");

    [SuppressMessage("Security", "CA5351", Justification = "RFC 3261 peers that know nothing else; off by default.")]
    private static string Hash(DigestAlgorithm algorithm, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower(algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(bytes) : MD5.HashData(bytes));
    }
}
