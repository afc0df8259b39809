using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>Makes and reads nonces: issue time, salt and a tag over both that needs the key, in hexadecimal. Keeps none. One thread.</summary>
internal sealed class NonceSeal : IDisposable
{
    /// <summary>Characters of a nonce.</summary>
    public const int Length = 2 * (Block_bytes + Block_bytes);

    private const int Block_bytes = 16;

    // Time and salt fill one block, so its encryption is a MAC of fixed length, and much cheaper than a hash.
    private readonly ICryptoTransform _cipher;
    private readonly IEntropy _entropy;
    private readonly byte[] _block = new byte[Block_bytes];
    private readonly byte[] _tag = new byte[Block_bytes];

    /// <param name="realm">What else the tag is bound to.</param>
    /// <param name="key">Secret octets.</param>
    /// <param name="entropy">Salts.</param>
    public NonceSeal(ReadOnlySpan<byte> realm, ReadOnlySpan<byte> key, IEntropy entropy)
    {
        _entropy = entropy;
        using var aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        byte[] ofRealm = HMACSHA256.HashData(key, realm);
        _cipher = aes.CreateEncryptor(ofRealm, null);
        CryptographicOperations.ZeroMemory(ofRealm);
    }

    /// <summary>Writes a new nonce of <see cref="Length"/> characters.</summary>
    public void Make(long unixSeconds, Span<char> nonce)
    {
        BinaryPrimitives.WriteInt64BigEndian(_block, unixSeconds);
        _entropy.Fill(_block.AsSpan(8));
        Tag();
        Convert.TryToHexStringLower(_block, nonce, out int written);
        Convert.TryToHexStringLower(_tag, nonce[written..], out _);
    }

    /// <summary>False when it was not made with this key for this realm.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out DigestNonce nonce)
    {
        nonce = default;
        Span<byte> claimed = stackalloc byte[Block_bytes];
        if (text.Length != Length ||
            Convert.FromHexString(text[..(2 * Block_bytes)], _block, out _, out _) != OperationStatus.Done ||
            Convert.FromHexString(text[(2 * Block_bytes)..], claimed, out _, out _) != OperationStatus.Done)
            return false;
        Tag();
        nonce = new DigestNonce(BinaryPrimitives.ReadInt64BigEndian(_block), BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(8)));
        return CryptographicOperations.FixedTimeEquals(_tag, claimed);
    }

    public void Dispose() => _cipher.Dispose();

    private void Tag() => _cipher.TransformBlock(_block, 0, Block_bytes, _tag, 0);
}
