using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>
/// MIKEY key derivation with PRF-HMAC-SHA-256 (RFC 3830 4.1.2-4.1.3, RFC 6043 6.1), as TS 33.180 7.4 uses it to make
/// SRTP master keys and salts out of MCX keys.
/// </summary>
internal static class MikeyKeyDerivation
{
    /// <summary>RFC 3830 4.1.3: the traffic encrypting key, which is the SRTP master key.</summary>
    public const uint TrafficEncryptingKey = 0x2AD01C64;

    /// <summary>RFC 3830 4.1.3: the salting key, which is the SRTP master salt.</summary>
    public const uint SaltingKey = 0x39A2C14B;

    /// <summary>RFC 3830 4.1.4: what a pre-shared key is turned into; the CS ID is then <see cref="NoCryptoSession"/>.</summary>
    public const uint MessageEncryptionKey = 0x150533E1;
    public const uint MessageAuthenticationKey = 0x2D22AC75;
    public const uint MessageSaltKey = 0x29B88916;
    public const byte NoCryptoSession = 0xFF;

    /// <summary>RFC 3830 4.2.4 asks for at least 16 octets; the payload's length field has 8 bits.</summary>
    public const int MinRand_bytes = 16;
    public const int MaxRand_bytes = 255;

    private const int Hash_bytes = HMACSHA256.HashSizeInBytes;

    // The input key is split by 256 bits whatever the hash (RFC 3830 4.1.2; RFC 6043 leaves it so).
    private const int InputPart_bytes = 32;

    private const int LabelFixed_bytes = 4 + 1 + 4;

    /// <summary>One key of a crypto session.</summary>
    /// <param name="trafficGeneratingKey">The MCX key.</param>
    /// <param name="constant">One of the constants above: which key.</param>
    /// <param name="cryptoSessionId">CS ID, <see cref="CryptoSession"/>.</param>
    /// <param name="cryptoSessionBundleId">CSB ID: the sender's GUK-ID for group media, else the key's own identifier.</param>
    /// <param name="rand">RAND of the message that delivered the key, at most 255 octets.</param>
    /// <param name="output">Filled whole.</param>
    public static void Derive(
        ReadOnlySpan<byte> trafficGeneratingKey, uint constant, byte cryptoSessionId, uint cryptoSessionBundleId,
        ReadOnlySpan<byte> rand, Span<byte> output)
    {
        Span<byte> label = stackalloc byte[LabelFixed_bytes + rand.Length];
        BinaryPrimitives.WriteUInt32BigEndian(label, constant);
        label[4] = cryptoSessionId;
        BinaryPrimitives.WriteUInt32BigEndian(label[5..], cryptoSessionBundleId);
        rand.CopyTo(label[LabelFixed_bytes..]);
        Prf(trafficGeneratingKey, label, output);
    }

    /// <summary>PRF(inkey, label) of RFC 3830 4.1.2, as long as <paramref name="output"/>.</summary>
    public static void Prf(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> label, Span<byte> output)
    {
        output.Clear();
        // A(i) || label, with A(0) = label standing alone.
        Span<byte> chained = stackalloc byte[Hash_bytes + label.Length];
        Span<byte> block = stackalloc byte[Hash_bytes];
        label.CopyTo(chained[Hash_bytes..]);
        while (!inputKey.IsEmpty)
        {
            ReadOnlySpan<byte> part = inputKey[..Math.Min(inputKey.Length, InputPart_bytes)];
            inputKey = inputKey[part.Length..];
            // Kept for the whole part: keying costs more than hashing.
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, part);
            Hash(hmac, label, chained);
            for (int offset = 0; offset < output.Length; offset += Hash_bytes)
            {
                Hash(hmac, chained, block);
                int take = Math.Min(Hash_bytes, output.Length - offset);
                for (int i = 0; i < take; i++)
                    output[offset + i] ^= block[i];
                if (offset + Hash_bytes < output.Length)
                    Hash(hmac, chained[..Hash_bytes], chained);
            }
        }
        CryptographicOperations.ZeroMemory(chained);
        CryptographicOperations.ZeroMemory(block);
    }

    private static void Hash(IncrementalHash hmac, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        hmac.AppendData(data);
        hmac.GetHashAndReset(destination);
    }
}
