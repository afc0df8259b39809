using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Block = System.Runtime.Intrinsics.Vector128<byte>;

namespace MediaEngine.Srtp;

/// <summary>
/// AES on the processor's AES instructions: key schedule, single blocks and counter mode (NIST SP 800-38D 6.5). No table
/// and no branch depends on key or text.
/// </summary>
internal static class AesBlocks
{
    public const int Block_bytes = 16;

    /// <summary>Round keys of the longest schedule (AES-256).</summary>
    public const int MaxRoundKeys = 15;

    private const int Batch = 8;
    private const int Batch_bytes = Batch * Block_bytes;

    public static int RoundsFor(int key_bytes) => key_bytes == 16 ? 10 : 14;

    /// <summary>The key schedule of FIPS 197 5.2.</summary>
    public static void ExpandKey(ReadOnlySpan<byte> key, Span<Block> roundKeys)
    {
        int keyWords = key.Length / sizeof(uint);
        Span<uint> words = MemoryMarshal.Cast<Block, uint>(roundKeys)[..(4 * (RoundsFor(key.Length) + 1))];
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        uint roundConstant = 1;
        for (int i = keyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % keyWords == 0)
            {
                word = BitOperations.RotateRight(BlockInstructions.SubstituteWord(word), 8) ^ roundConstant;
                roundConstant = roundConstant << 1 ^ (roundConstant >> 7) * 0x11B;
            }
            else if (keyWords == 8 && i % keyWords == 4)
            {
                word = BlockInstructions.SubstituteWord(word);
            }
            words[i] = words[i - keyWords] ^ word;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Encrypt(ref Block roundKeys, int rounds, Block block)
    {
        block ^= roundKeys;
        for (int round = 1; round < rounds; round++)
            block = BlockInstructions.Round(block, Unsafe.Add(ref roundKeys, round));
        return BlockInstructions.LastRound(block, Unsafe.Add(ref roundKeys, rounds));
    }

    /// <summary>GCM's J0 for a 12-octet nonce, with its 32-bit counter kept in host order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> FirstCounter(Block nonce) => nonce.AsUInt32() | Vector128.Create(0u, 0u, 0u, 1u);

    /// <summary>The counter block <paramref name="ahead"/> steps after <paramref name="counter"/>, as AES takes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block CounterBlock(Vector128<uint> counter, uint ahead) =>
        BlockInstructions.Permute(
            (counter + Vector128.Create(0u, 0u, 0u, ahead)).AsByte(),
            Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 14, 13, 12));

    /// <summary>
    /// XORs <paramref name="source"/> with the keystream of the counters after <paramref name="counter"/>.
    /// <paramref name="destination"/> has the same length and is the same memory or apart from it.
    /// </summary>
    public static void ApplyKeystream(
        ref Block roundKeys, int rounds, Vector128<uint> counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        int done = 0;
        for (; source.Length - done >= Batch_bytes; done += Batch_bytes)
        {
            ApplyKeystream8(ref roundKeys, rounds, counter, ref Unsafe.Add(ref from, done), ref Unsafe.Add(ref to, done));
            counter += Vector128.Create(0u, 0u, 0u, Batch);
        }
        if (done < source.Length)
        {
            ApplyLastKeystream(
                ref roundKeys, rounds, counter, ref Unsafe.Add(ref from, done), ref Unsafe.Add(ref to, done),
                source.Length - done);
        }
    }

    [SkipLocalsInit]
    private static void ApplyLastKeystream(
        ref Block roundKeys, int rounds, Vector128<uint> counter, ref byte from, ref byte to, int count)
    {
        Span<Block> keystream = stackalloc Block[Batch];
        ref Block stream = ref MemoryMarshal.GetReference(keystream);
        if (count > 3 * Block_bytes)
            Keystream8(ref roundKeys, rounds, counter, ref stream);
        else
            Keystream3(ref roundKeys, rounds, counter, ref stream);
        int block = 0;
        for (; block < count / Block_bytes; block++)
        {
            nuint offset = (nuint)(block * Block_bytes);
            (Vector128.LoadUnsafe(ref from, offset) ^ Unsafe.Add(ref stream, block)).StoreUnsafe(ref to, offset);
        }
        int rest = count % Block_bytes;
        if (rest > 0)
        {
            Block last = PartialBlock.Load(ref Unsafe.Add(ref from, count - rest), rest);
            PartialBlock.Store(ref Unsafe.Add(ref to, count - rest), last ^ Unsafe.Add(ref stream, block), rest);
        }
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(keystream));
    }

    // Eight blocks at a time hide the latency of the AES instructions; nothing else is live, so all stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ApplyKeystream8(
        ref Block roundKeys, int rounds, Vector128<uint> counter, ref byte from, ref byte to)
    {
        Block key = roundKeys;
        Block a = CounterBlock(counter, 1) ^ key, b = CounterBlock(counter, 2) ^ key;
        Block c = CounterBlock(counter, 3) ^ key, d = CounterBlock(counter, 4) ^ key;
        Block e = CounterBlock(counter, 5) ^ key, f = CounterBlock(counter, 6) ^ key;
        Block g = CounterBlock(counter, 7) ^ key, h = CounterBlock(counter, 8) ^ key;
        for (int round = 1; round < rounds; round++)
        {
            key = Unsafe.Add(ref roundKeys, round);
            a = BlockInstructions.Round(a, key);
            b = BlockInstructions.Round(b, key);
            c = BlockInstructions.Round(c, key);
            d = BlockInstructions.Round(d, key);
            e = BlockInstructions.Round(e, key);
            f = BlockInstructions.Round(f, key);
            g = BlockInstructions.Round(g, key);
            h = BlockInstructions.Round(h, key);
        }
        key = Unsafe.Add(ref roundKeys, rounds);
        (BlockInstructions.LastRound(a, key) ^ Vector128.LoadUnsafe(ref from)).StoreUnsafe(ref to);
        (BlockInstructions.LastRound(b, key) ^ Vector128.LoadUnsafe(ref from, 16)).StoreUnsafe(ref to, 16);
        (BlockInstructions.LastRound(c, key) ^ Vector128.LoadUnsafe(ref from, 32)).StoreUnsafe(ref to, 32);
        (BlockInstructions.LastRound(d, key) ^ Vector128.LoadUnsafe(ref from, 48)).StoreUnsafe(ref to, 48);
        (BlockInstructions.LastRound(e, key) ^ Vector128.LoadUnsafe(ref from, 64)).StoreUnsafe(ref to, 64);
        (BlockInstructions.LastRound(f, key) ^ Vector128.LoadUnsafe(ref from, 80)).StoreUnsafe(ref to, 80);
        (BlockInstructions.LastRound(g, key) ^ Vector128.LoadUnsafe(ref from, 96)).StoreUnsafe(ref to, 96);
        (BlockInstructions.LastRound(h, key) ^ Vector128.LoadUnsafe(ref from, 112)).StoreUnsafe(ref to, 112);
    }

    private static void Keystream8(ref Block roundKeys, int rounds, Vector128<uint> counter, ref Block stream)
    {
        ref byte octets = ref Unsafe.As<Block, byte>(ref stream);
        Unsafe.InitBlockUnaligned(ref octets, 0, Batch_bytes);
        ApplyKeystream8(ref roundKeys, rounds, counter, ref octets, ref octets);
    }

    private static void Keystream3(ref Block roundKeys, int rounds, Vector128<uint> counter, ref Block stream)
    {
        Block key = roundKeys;
        Block a = CounterBlock(counter, 1) ^ key, b = CounterBlock(counter, 2) ^ key, c = CounterBlock(counter, 3) ^ key;
        for (int round = 1; round < rounds; round++)
        {
            key = Unsafe.Add(ref roundKeys, round);
            a = BlockInstructions.Round(a, key);
            b = BlockInstructions.Round(b, key);
            c = BlockInstructions.Round(c, key);
        }
        key = Unsafe.Add(ref roundKeys, rounds);
        stream = BlockInstructions.LastRound(a, key);
        Unsafe.Add(ref stream, 1) = BlockInstructions.LastRound(b, key);
        Unsafe.Add(ref stream, 2) = BlockInstructions.LastRound(c, key);
    }
}
