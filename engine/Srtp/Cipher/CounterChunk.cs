using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Counter = System.Runtime.Intrinsics.Vector128<uint>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;
using FieldPair = System.Runtime.Intrinsics.Vector256<ulong>;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace MediaEngine.Srtp;

/// <summary>
/// Counter mode in chunks: straight-line code in which nothing else is live, so that every block stays in a register.
/// </summary>
internal static unsafe class CounterChunk<TRounds>
    where TRounds : struct, IAesRounds
{
    public const int Chunk_bytes = 128;

    /// <summary>XORs eight blocks with the keystream of the counters after <paramref name="counter"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(Block* keys, Counter counter, byte* from, byte* to)
    {
        Start(keys, counter, 1, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 5, out Block e, out Block f, out Block g, out Block h);
        Rounds(keys, 1, TRounds.Count, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Finish(keys[TRounds.Count], from, to, a, b, c, d, e, f, g, h);
    }

    /// <summary>
    /// As <see cref="Apply"/>, and hashes eight blocks of <paramref name="hashed"/>: <paramref name="from"/> itself when
    /// opening, the chunk before it when sealing. Stitched, because no processor looks as far ahead as a chunk is long.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ApplyAndHash(
        Block* keys, Counter counter, byte* from, byte* to, WideHash* hash, byte* hashed, Field* powers)
    {
        FieldPair low = hash->Low, middle = hash->Middle, high = hash->High;
        Start(keys, counter, 1, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 5, out Block e, out Block f, out Block g, out Block h);
        FieldPair pair = WideHash.LoadPair(hashed) ^ hash->Folded.ToVector256();
        FieldPair power = Vector256.Load((ulong*)powers);
        Round(keys[1], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyOuter(pair, power, ref low, ref high);
        Round(keys[2], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyInner(pair, power, ref middle);
        pair = WideHash.LoadPair(hashed + 32);
        power = Vector256.Load((ulong*)(powers + 2));
        Round(keys[3], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyOuter(pair, power, ref low, ref high);
        Round(keys[4], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyInner(pair, power, ref middle);
        pair = WideHash.LoadPair(hashed + 64);
        power = Vector256.Load((ulong*)(powers + 4));
        Round(keys[5], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyOuter(pair, power, ref low, ref high);
        Round(keys[6], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyInner(pair, power, ref middle);
        pair = WideHash.LoadPair(hashed + 96);
        power = Vector256.Load((ulong*)(powers + 6));
        Round(keys[7], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyOuter(pair, power, ref low, ref high);
        Round(keys[8], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        WideHash.MultiplyInner(pair, power, ref middle);
        hash->Low = low;
        hash->Middle = middle;
        hash->High = high;
        hash->Folded = Field.Zero;
        Rounds(keys, 9, TRounds.Count, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Finish(keys[TRounds.Count], from, to, a, b, c, d, e, f, g, h);
    }

    /// <summary>The tag's mask, from <paramref name="first"/>, and the keystream of three counters, as one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MaskAndThree(Block* keys, Counter first, Counter counter)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        Rounds(keys, ref a, ref b, ref c, ref d);
        return Join(keys[TRounds.Count], a, b, c, d);
    }

    /// <summary>As <see cref="MaskAndThree(Block*, Counter, Counter)"/>, with seven blocks of keystream in two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MaskAndSeven(Block* keys, Counter first, Counter counter, out Vector512<byte> last)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 4, out Block e, out Block f, out Block g, out Block h);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        Rounds(keys, 1, TRounds.Count, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        last = Join(keys[TRounds.Count], e, f, g, h);
        return Join(keys[TRounds.Count], a, b, c, d);
    }

    /// <summary>As <see cref="MaskAndThree(Block*, Counter, Counter)"/>, with eleven blocks of keystream in three vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MaskAndEleven(
        Block* keys, Counter first, Counter counter, out Vector512<byte> middle, out Vector512<byte> last)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 4, out Block e, out Block f, out Block g, out Block h);
        Start(keys, counter, 8, out Block i, out Block j, out Block k, out Block l);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        for (int round = 1; round < TRounds.Count; round++)
        {
            Round(keys[round], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[round], ref i, ref j, ref k, ref l);
        }
        middle = Join(keys[TRounds.Count], e, f, g, h);
        last = Join(keys[TRounds.Count], i, j, k, l);
        return Join(keys[TRounds.Count], a, b, c, d);
    }

    /// <summary>As <see cref="MaskAndThree(Block*, Counter, Counter)"/>, into four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskAndThree(Block* keys, Counter first, Counter counter, Block* blocks)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        Rounds(keys, ref a, ref b, ref c, ref d);
        Finish(keys[TRounds.Count], blocks, a, b, c, d);
    }

    /// <summary>As <see cref="MaskAndThree(Block*, Counter, Counter)"/>, with seven blocks of keystream, into eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskAndSeven(Block* keys, Counter first, Counter counter, Block* blocks)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 4, out Block e, out Block f, out Block g, out Block h);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        Rounds(keys, 1, TRounds.Count, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Finish(keys[TRounds.Count], blocks, a, b, c, d);
        Finish(keys[TRounds.Count], blocks + 4, e, f, g, h);
    }

    /// <summary>As <see cref="MaskAndThree(Block*, Counter, Counter)"/>, with eleven blocks of keystream, into twelve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskAndEleven(Block* keys, Counter first, Counter counter, Block* blocks)
    {
        Start(keys, counter, 0, out Block a, out Block b, out Block c, out Block d);
        Start(keys, counter, 4, out Block e, out Block f, out Block g, out Block h);
        Start(keys, counter, 8, out Block i, out Block j, out Block k, out Block l);
        a = AesBlocks.CounterBlock(first, 0) ^ keys[0];
        for (int round = 1; round < TRounds.Count; round++)
        {
            Round(keys[round], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[round], ref i, ref j, ref k, ref l);
        }
        Finish(keys[TRounds.Count], blocks, a, b, c, d);
        Finish(keys[TRounds.Count], blocks + 4, e, f, g, h);
        Finish(keys[TRounds.Count], blocks + 8, i, j, k, l);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Block key, Block* blocks, Block a, Block b, Block c, Block d)
    {
        blocks[0] = X86Aes.EncryptLast(a, key);
        blocks[1] = X86Aes.EncryptLast(b, key);
        blocks[2] = X86Aes.EncryptLast(c, key);
        blocks[3] = X86Aes.EncryptLast(d, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Join(Block key, Block a, Block b, Block c, Block d) => WideHash.Join(
        Vector256.Create(X86Aes.EncryptLast(a, key), X86Aes.EncryptLast(b, key)).AsUInt64(),
        Vector256.Create(X86Aes.EncryptLast(c, key), X86Aes.EncryptLast(d, key)).AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(
        Block* keys, Counter counter, uint ahead, out Block a, out Block b, out Block c, out Block d)
    {
        Block key = keys[0];
        a = AesBlocks.CounterBlock(counter, ahead) ^ key;
        b = AesBlocks.CounterBlock(counter, ahead + 1) ^ key;
        c = AesBlocks.CounterBlock(counter, ahead + 2) ^ key;
        d = AesBlocks.CounterBlock(counter, ahead + 3) ^ key;
    }

    // One round at a time without a loop: the bounds are constants of the instantiation.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        Block* keys, int from, int to, ref Block a, ref Block b, ref Block c, ref Block d,
        ref Block e, ref Block f, ref Block g, ref Block h)
    {
        if (from <= 1)
        {
            Round(keys[1], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[2], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[3], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[4], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[5], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[6], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[7], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[8], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
        Round(keys[9], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        if (to > 10)
        {
            Round(keys[10], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[11], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[12], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            Round(keys[13], ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Block key, ref Block a, ref Block b, ref Block c, ref Block d, ref Block e, ref Block f, ref Block g, ref Block h)
    {
        Round(key, ref a, ref b, ref c, ref d);
        Round(key, ref e, ref f, ref g, ref h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(Block* keys, ref Block a, ref Block b, ref Block c, ref Block d)
    {
        Round(keys[1], ref a, ref b, ref c, ref d);
        Round(keys[2], ref a, ref b, ref c, ref d);
        Round(keys[3], ref a, ref b, ref c, ref d);
        Round(keys[4], ref a, ref b, ref c, ref d);
        Round(keys[5], ref a, ref b, ref c, ref d);
        Round(keys[6], ref a, ref b, ref c, ref d);
        Round(keys[7], ref a, ref b, ref c, ref d);
        Round(keys[8], ref a, ref b, ref c, ref d);
        Round(keys[9], ref a, ref b, ref c, ref d);
        if (TRounds.Count > 10)
        {
            Round(keys[10], ref a, ref b, ref c, ref d);
            Round(keys[11], ref a, ref b, ref c, ref d);
            Round(keys[12], ref a, ref b, ref c, ref d);
            Round(keys[13], ref a, ref b, ref c, ref d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(Block key, ref Block a, ref Block b, ref Block c, ref Block d)
    {
        a = X86Aes.Encrypt(a, key);
        b = X86Aes.Encrypt(b, key);
        c = X86Aes.Encrypt(c, key);
        d = X86Aes.Encrypt(d, key);
    }

    // The last round adds its key at the end: adding the text to that key first takes the XOR off the critical path.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        Block key, byte* from, byte* to, Block a, Block b, Block c, Block d, Block e, Block f, Block g, Block h)
    {
        a = X86Aes.EncryptLast(a, key ^ Vector128.Load(from));
        b = X86Aes.EncryptLast(b, key ^ Vector128.Load(from + 16));
        c = X86Aes.EncryptLast(c, key ^ Vector128.Load(from + 32));
        d = X86Aes.EncryptLast(d, key ^ Vector128.Load(from + 48));
        e = X86Aes.EncryptLast(e, key ^ Vector128.Load(from + 64));
        f = X86Aes.EncryptLast(f, key ^ Vector128.Load(from + 80));
        g = X86Aes.EncryptLast(g, key ^ Vector128.Load(from + 96));
        h = X86Aes.EncryptLast(h, key ^ Vector128.Load(from + 112));
        a.Store(to);
        b.Store(to + 16);
        c.Store(to + 32);
        d.Store(to + 48);
        e.Store(to + 64);
        f.Store(to + 80);
        g.Store(to + 96);
        h.Store(to + 112);
    }
}
