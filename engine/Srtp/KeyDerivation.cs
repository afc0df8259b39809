using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Session keys from a master key (RFC 3711 4.3, RFC 6188) with key derivation rate 0, the only one TS 33.180 7.5.1 allows.
/// </summary>
internal static class KeyDerivation
{
    public const byte RtpKey = 0x00;
    public const byte RtpSalt = 0x02;
    public const byte RtcpKey = 0x03;
    public const byte RtcpSalt = 0x05;

    private const int Block_bytes = 16;

    // The label sits in octet 7 of the 14-octet salt, for SRTCP as for SRTP: RFC 3711 4.3.2 read literally would move it,
    // deployed code does not.
    private const int LabelOctet = 7;

    /// <summary>Fills <paramref name="output"/> with AES-CM keystream for one label.</summary>
    /// <param name="prf">AES with the master key.</param>
    /// <param name="masterSalt">At most 14 octets. A 12-octet AEAD salt is padded on the right (RFC 9335 A.2).</param>
    /// <param name="label">RFC 3711 4.3.1 and 4.3.2.</param>
    /// <param name="output">At most 2^16 blocks.</param>
    public static void Derive(Aes prf, ReadOnlySpan<byte> masterSalt, byte label, Span<byte> output)
    {
        Span<byte> counter = stackalloc byte[Block_bytes];
        Span<byte> keystream = stackalloc byte[Block_bytes];
        counter.Clear();
        masterSalt.CopyTo(counter[..14]);
        counter[LabelOctet] ^= label;
        ushort block = 0;
        while (!output.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16BigEndian(counter[14..], block++);
            prf.EncryptEcb(counter, keystream, PaddingMode.None);
            int take = Math.Min(output.Length, Block_bytes);
            keystream[..take].CopyTo(output);
            output = output[take..];
        }
        CryptographicOperations.ZeroMemory(keystream);
        CryptographicOperations.ZeroMemory(counter);
    }

    /// <summary>AES keyed with a master key: the PRF cipher follows the key's length (RFC 7714 11).</summary>
    public static Aes CreatePrf(ReadOnlySpan<byte> masterKey)
    {
        Aes prf = Aes.Create();
        prf.SetKey(masterKey);
        return prf;
    }
}
