using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>
/// AES-128-GCM with a 16-octet IV (NIST SP 800-38D 7.1), which key parameters use and the framework does not offer. Made for
/// a few dozen octets, with no table and no branch that depends on a secret.
/// </summary>
internal static class LongIvGcm
{
    public const int Iv_bytes = 16;
    public const int Tag_bytes = 16;

    private const int Block_bytes = 16;

    // x^128 + x^7 + x^2 + x + 1, bits reflected
    private static readonly UInt128 Polynomial = (UInt128)0xE1 << 120;

    /// <summary>Encrypts in place and fills the tag.</summary>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, Span<byte> tag)
    {
        using Aes aes = Start(key, iv, out UInt128 hashKey, out UInt128 counter);
        ApplyKeyStream(aes, counter, data);
        ComputeTag(aes, hashKey, counter, associated, data, tag);
    }

    /// <summary>Checks the tag, then decrypts in place; leaves the data as they are when it does not fit.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        using Aes aes = Start(key, iv, out UInt128 hashKey, out UInt128 counter);
        Span<byte> expected = stackalloc byte[Tag_bytes];
        ComputeTag(aes, hashKey, counter, associated, data, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
            return false;
        ApplyKeyStream(aes, counter, data);
        return true;
    }

    private static Aes Start(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, out UInt128 hashKey, out UInt128 counter)
    {
        Aes aes = Aes.Create();
        aes.SetKey(key);
        hashKey = Encrypt(aes, UInt128.Zero);
        // J0 of an IV that has not 96 bits
        counter = Multiply(Multiply(BinaryPrimitives.ReadUInt128BigEndian(iv), hashKey) ^ (UInt128)(Iv_bytes * 8), hashKey);
        return aes;
    }

    private static void ComputeTag(
        Aes aes, UInt128 hashKey, UInt128 counter, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> data, Span<byte> tag)
    {
        UInt128 hash = Absorb(Absorb(UInt128.Zero, associated, hashKey), data, hashKey);
        var lengths = new UInt128((ulong)associated.Length * 8, (ulong)data.Length * 8);
        BinaryPrimitives.WriteUInt128BigEndian(tag, Multiply(hash ^ lengths, hashKey) ^ Encrypt(aes, counter));
    }

    private static UInt128 Absorb(UInt128 hash, ReadOnlySpan<byte> octets, UInt128 hashKey)
    {
        Span<byte> block = stackalloc byte[Block_bytes];
        for (; !octets.IsEmpty; octets = octets[Math.Min(Block_bytes, octets.Length)..])
        {
            block.Clear();
            octets[..Math.Min(Block_bytes, octets.Length)].CopyTo(block);
            hash = Multiply(hash ^ BinaryPrimitives.ReadUInt128BigEndian(block), hashKey);
        }
        return hash;
    }

    private static UInt128 Multiply(UInt128 x, UInt128 y)
    {
        UInt128 product = 0;
        for (int bit = 127; bit >= 0; bit--)
        {
            product ^= y & (UInt128.Zero - (x >> bit & 1));
            y = y >> 1 ^ Polynomial & (UInt128.Zero - (y & 1));
        }
        return product;
    }

    // The counter's low 32 bits run, without a carry (SP 800-38D 6.2).
    private static void ApplyKeyStream(Aes aes, UInt128 counter, Span<byte> data)
    {
        Span<byte> stream = stackalloc byte[Block_bytes];
        for (; !data.IsEmpty; data = data[Math.Min(Block_bytes, data.Length)..])
        {
            counter = counter & ~(UInt128)uint.MaxValue | (uint)((uint)counter + 1);
            BinaryPrimitives.WriteUInt128BigEndian(stream, Encrypt(aes, counter));
            for (int i = 0; i < Math.Min(Block_bytes, data.Length); i++)
                data[i] ^= stream[i];
        }
        stream.Clear();
    }

    private static UInt128 Encrypt(Aes aes, UInt128 block)
    {
        Span<byte> octets = stackalloc byte[Block_bytes];
        BinaryPrimitives.WriteUInt128BigEndian(octets, block);
        aes.EncryptEcb(octets, octets, PaddingMode.None);
        UInt128 encrypted = BinaryPrimitives.ReadUInt128BigEndian(octets);
        octets.Clear();
        return encrypted;
    }
}
