using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>The hashes of RFC 7616 3.4, qop=auth. Texts are lower-case hexadecimal.</summary>
public static class DigestCalculator
{
    private const int Stack_bytes = 1024;

    /// <summary>The longest hash there is, in octets.</summary>
    internal const int MaxLength_bytes = 32;

    /// <summary>Octets of a hash.</summary>
    public static int LengthOf(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? 32 : 16;

    /// <summary>H(A1) = H(user:realm:password): what a server stores instead of the password.</summary>
    public static string HashA1(DigestAlgorithm algorithm, string user, string realm, string password)
    {
        Span<byte> hash = stackalloc byte[MaxLength_bytes];
        hash = hash[..LengthOf(algorithm)];
        HashA1(algorithm, user, realm, password, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The same as octets.</summary>
    public static void HashA1(DigestAlgorithm algorithm, ReadOnlySpan<char> user, ReadOnlySpan<char> realm, ReadOnlySpan<char> password, Span<byte> hash)
    {
        int most_bytes = Encoding.UTF8.GetMaxByteCount(user.Length + realm.Length + password.Length + 2);
        Span<byte> text = most_bytes <= Stack_bytes ? stackalloc byte[Stack_bytes] : new byte[most_bytes];
        int length_bytes = 0;
        Append(text, ref length_bytes, user);
        Append(text, ref length_bytes, realm);
        Append(text, ref length_bytes, password);
        Hash(algorithm, text[..length_bytes], hash);
        CryptographicOperations.ZeroMemory(text);
    }

    /// <summary>The response field.</summary>
    public static string Response(DigestAlgorithm algorithm, string hashA1, string method, string uri, string nonce, string nonceCount,
        string clientNonce)
    {
        Span<char> response = stackalloc char[2 * MaxLength_bytes];
        response = response[..(2 * LengthOf(algorithm))];
        Response(algorithm, hashA1, method, uri, nonce, nonceCount, clientNonce, response);
        return response.ToString();
    }

    /// <summary>The same without strings.</summary>
    internal static void Response(DigestAlgorithm algorithm, ReadOnlySpan<char> hashA1, ReadOnlySpan<char> method, ReadOnlySpan<char> uri,
        ReadOnlySpan<char> nonce, ReadOnlySpan<char> nonceCount, ReadOnlySpan<char> clientNonce, Span<char> response)
    {
        int most_bytes = Encoding.UTF8.GetMaxByteCount(
            hashA1.Length + nonce.Length + nonceCount.Length + clientNonce.Length + response.Length + method.Length + uri.Length + 16);
        Span<byte> text = most_bytes <= Stack_bytes ? stackalloc byte[Stack_bytes] : new byte[most_bytes];
        Span<byte> hash = stackalloc byte[MaxLength_bytes];
        hash = hash[..LengthOf(algorithm)];
        int length_bytes = 0;
        Append(text, ref length_bytes, method);
        Append(text, ref length_bytes, uri);
        Hash(algorithm, text[..length_bytes], hash);
        Convert.TryToHexStringLower(hash, response, out _);
        length_bytes = 0;
        Append(text, ref length_bytes, hashA1);
        Append(text, ref length_bytes, nonce);
        Append(text, ref length_bytes, nonceCount);
        Append(text, ref length_bytes, clientNonce);
        Append(text, ref length_bytes, "auth");
        Append(text, ref length_bytes, response);
        Hash(algorithm, text[..length_bytes], hash);
        Convert.TryToHexStringLower(hash, response, out _);
    }

    private static void Append(Span<byte> text, ref int length_bytes, ReadOnlySpan<char> piece)
    {
        if (length_bytes > 0)
            text[length_bytes++] = (byte)':';
        length_bytes += Encoding.UTF8.GetBytes(piece, text[length_bytes..]);
    }

    [SuppressMessage("Security", "CA5351", Justification = "RFC 3261 peers that know nothing else; off by default.")]
    private static void Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (algorithm == DigestAlgorithm.Sha256)
            SHA256.HashData(text, hash);
        else
            MD5.HashData(text, hash);
    }
}
