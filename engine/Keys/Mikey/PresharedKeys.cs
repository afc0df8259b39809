using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>
/// The three keys of a pre-shared key message (RFC 3830 4.1.4) and what they do: AES-CM-128 (4.2.3) and HMAC-SHA-256-256
/// (RFC 6043 6.2). Zeroes them on Dispose.
/// </summary>
internal ref struct PresharedKeys
{
    private const int Block_bytes = 16;
    private const int Salt_bytes = 14;

    private readonly Span<byte> _encryption;
    private readonly Span<byte> _authentication;
    private readonly Span<byte> _salt;
    private readonly KeyIdentifier _bundleId;

    public PresharedKeys(ReadOnlySpan<byte> presharedKey, KeyIdentifier bundleId, ReadOnlySpan<byte> rand)
    {
        _bundleId = bundleId;
        _encryption = Derive(presharedKey, MikeyKeyDerivation.MessageEncryptionKey, bundleId, rand, new byte[Block_bytes]);
        _authentication = Derive(presharedKey, MikeyKeyDerivation.MessageAuthenticationKey, bundleId, rand, new byte[HMACSHA256.HashSizeInBytes]);
        _salt = Derive(presharedKey, MikeyKeyDerivation.MessageSaltKey, bundleId, rand, new byte[Salt_bytes]);
    }

    public readonly void ComputeMac(ReadOnlySpan<byte> octets, Span<byte> mac32) => HMACSHA256.HashData(_authentication, octets, mac32);

    /// <summary>Encrypts or decrypts in place. Counter start: (salt XOR (0000 ‖ CSB ID ‖ T)) ‖ 0000.</summary>
    public readonly void ApplyKeyStream(NtpTimestamp timestamp, Span<byte> data)
    {
        Span<byte> counter = stackalloc byte[Block_bytes];
        Span<byte> stream = stackalloc byte[Block_bytes];
        counter.Clear();
        _bundleId.Write(counter[2..]);
        BinaryPrimitives.WriteUInt64BigEndian(counter[6..], timestamp.Value);
        for (int i = 0; i < Salt_bytes; i++)
            counter[i] ^= _salt[i];
        using Aes aes = Aes.Create();
        aes.SetKey(_encryption);
        // One key data sub-payload is far below 2^16 blocks.
        for (ushort block = 0; !data.IsEmpty; block++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(counter[Salt_bytes..], block);
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            int take = Math.Min(Block_bytes, data.Length);
            for (int i = 0; i < take; i++)
                data[i] ^= stream[i];
            data = data[take..];
        }
        stream.Clear();
    }

    public readonly void Dispose()
    {
        CryptographicOperations.ZeroMemory(_encryption);
        CryptographicOperations.ZeroMemory(_authentication);
        CryptographicOperations.ZeroMemory(_salt);
    }

    private static Span<byte> Derive(ReadOnlySpan<byte> key, uint constant, KeyIdentifier bundleId, ReadOnlySpan<byte> rand, byte[] derived)
    {
        MikeyKeyDerivation.Derive(key, constant, MikeyKeyDerivation.NoCryptoSession, bundleId.Value, rand, derived);
        return derived;
    }
}
