using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Counter = System.Runtime.Intrinsics.Vector128<uint>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM (NIST SP 800-38D 7). Whole chunks of eight blocks come first, encryption and hash stitched; the last 0..176
/// octets go with the tag's mask and, in small packets, the associated data: one to three vectors under masks, or without
/// masks <see cref="PairTail{TRounds}"/>.
/// </summary>
internal static unsafe class WideGcm<TRounds, TWidth>
    where TRounds : struct, IAesRounds
    where TWidth : struct, IVectorWidth
{
    private const int Chunk_bytes = CounterChunk<TRounds>.Chunk_bytes;
    private const int Chunk_blocks = 8;
    private const int Last_blocks = 11;
    private const int Last_bytes = Last_blocks * 16;

    /// <summary>
    /// Encrypts and returns the tag. <paramref name="keys"/> are <see cref="GcmKeyMemory.RoundKeys"/>, with the powers before them;
    /// <paramref name="to"/> is <paramref name="from"/> or apart from it.
    /// </summary>
    [SkipLocalsInit]
    public static Block Seal(
        Block* keys, Counter first, byte* associatedData, int associated_bytes, byte* from, byte* to, int text_bytes)
    {
        Field lengths = Vector128.Create((ulong)text_bytes * 8, (ulong)associated_bytes * 8);
        var end = (Field*)keys;
        Field head = Head(end, associatedData, associated_bytes);
        Field* power = FirstRun(end, text_bytes, out int unplanned);
        if (text_bytes <= Last_bytes)
        {
            return Last(
                true, keys, first, first, from, to, text_bytes, head, Field.Zero, lengths, power, end, default);
        }
        Counter counter = first;
        WideHash hash = Begin(head, *power++);
        CounterChunk<TRounds>.Apply(keys, counter, from, to);
        Advance(ref counter, ref from, ref to, ref text_bytes);
        for (; text_bytes > Last_bytes; Advance(ref counter, ref from, ref to, ref text_bytes))
        {
            CounterChunk<TRounds>.ApplyAndHash(keys, counter, from, to, &hash, to - Chunk_bytes, power);
            power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
        }
        hash.AbsorbEight<TWidth>(to - Chunk_bytes, power);
        power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
        return Last(
            true, keys, first, counter, from, to, text_bytes, Field.Zero, hash.Folded, lengths, power - 1, end, hash);
    }

    /// <summary>Decrypts and returns the tag the ciphertext should have.</summary>
    [SkipLocalsInit]
    public static Block Open(
        Block* keys, Counter first, byte* associatedData, int associated_bytes, byte* from, byte* to, int text_bytes)
    {
        Field lengths = Vector128.Create((ulong)text_bytes * 8, (ulong)associated_bytes * 8);
        var end = (Field*)keys;
        Field head = Head(end, associatedData, associated_bytes);
        Field* power = FirstRun(end, text_bytes, out int unplanned);
        if (text_bytes <= Last_bytes)
        {
            return Last(
                false, keys, first, first, from, to, text_bytes, head, Field.Zero, lengths, power, end, default);
        }
        Counter counter = first;
        WideHash hash = Begin(head, *power++);
        for (; text_bytes > Last_bytes; Advance(ref counter, ref from, ref to, ref text_bytes))
        {
            CounterChunk<TRounds>.ApplyAndHash(keys, counter, from, to, &hash, from, power);
            power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
        }
        return Last(
            false, keys, first, counter, from, to, text_bytes, Field.Zero, hash.Folded, lengths, power - 1, end, hash);
    }

    // The last block of the associated data with what the blocks before it hash to, one by one: an RTP header without
    // CSRC and extension is one block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field Head(Field* end, byte* associatedData, int associated_bytes)
    {
        if (associated_bytes == 12)
        {
            Block header = Vector128.Create(*(ulong*)associatedData, *(uint*)(associatedData + 8)).AsByte();
            return CarrylessHash.Reverse(header);
        }
        return LongHead(end, associatedData, associated_bytes);
    }

    private static Field LongHead(Field* end, byte* associatedData, int associated_bytes)
    {
        Field hash = Field.Zero;
        for (; associated_bytes > 16; associated_bytes -= 16, associatedData += 16)
        {
            Field low = Field.Zero, middle = Field.Zero, high = Field.Zero;
            Field block = CarrylessHash.Reverse(Vector128.Load(associatedData));
            CarrylessHash.MultiplyAdd(block ^ hash, *(end - 1), ref low, ref middle, ref high);
            hash = CarrylessHash.Reduce(low, middle, high);
        }
        Block last = associated_bytes switch
        {
            16 => Vector128.Load(associatedData),
            0 => Block.Zero,
            _ => PartialBlock.Load(ref *associatedData, associated_bytes),
        };
        return CarrylessHash.Reverse(last) ^ hash;
    }

    // A run of powers ends where a chunk does, and the last one holds the whole rest: blocks, partial block, lengths.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field* FirstRun(Field* end, int text_bytes, out int unplanned)
    {
        int blocks = (int)((uint)(text_bytes + 15) / 16) + 2;
        int run = blocks <= GcmKeyMemory.Powers ? blocks : 1 + 2 * Chunk_blocks;
        unplanned = blocks - run;
        return end - run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field* NextRun(Field* power, Field* end, WideHash* hash, ref int unplanned)
    {
        if (power != end)
            return power;
        hash->Fold();
        int run = unplanned <= GcmKeyMemory.Powers ? unplanned
            : unplanned <= 2 * Chunk_blocks + Last_blocks + 1 ? 2 * Chunk_blocks
            : GcmKeyMemory.Powers;
        unplanned -= run;
        return end - run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WideHash Begin(Field head, Field power)
    {
        Field low = Field.Zero, middle = Field.Zero, high = Field.Zero;
        CarrylessHash.MultiplyAdd(head, power, ref low, ref middle, ref high);
        return new WideHash
        {
            Low = low.ToVector256(),
            Middle = middle.ToVector256(),
            High = high.ToVector256(),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(ref Counter counter, ref byte* from, ref byte* to, ref int left)
    {
        counter += Vector128.Create(0u, 0u, 0u, Chunk_blocks);
        from += Chunk_bytes;
        to += Chunk_bytes;
        left -= Chunk_bytes;
    }

    // The place of the tag's mask among the keystream is the head's among the hashed blocks: the vectors begin a block
    // before the text, and neither read nor write that. Blocks past the text are zero, so their powers do not matter;
    // a fold goes with the first block's power even where that is the lengths'.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Block Last(
        bool seals, Block* keys, Counter first, Counter counter, byte* from, byte* to, int text_bytes, Field head,
        Field folded, Field lengths, Field* power, Field* end, WideHash hash)
    {
        if (!TWidth.Is512)
        {
            return PairTail<TRounds>.Last(
                seals, keys, first, counter, from, to, text_bytes, head, folded, lengths, power, end, hash);
        }
        var count = Vector512.Create((byte)text_bytes);
        Vector512<byte> mask = Vector512.LessThan(Vector512<byte>.Indices - Vector512.Create((byte)16), count);
        Vector512<byte> stream, text;
        Vector512<ulong> low, middle, high;
        Vector512<ulong> starts = Vector256.Create(head, folded).ToVector512();
        if (text_bytes <= 48)
        {
            stream = CounterChunk<TRounds>.MaskAndThree(keys, first, counter);
            text = Apply(seals, stream, mask, from - 16, to - 16);
            WideHash.Multiply(Reverse(text) ^ starts, power, out low, out middle, out high);
        }
        else if (text_bytes <= 112)
        {
            stream = CounterChunk<TRounds>.MaskAndSeven(keys, first, counter, out Vector512<byte> second);
            text = Apply(seals, stream, mask, from - 16, to - 16);
            WideHash.Multiply(Reverse(text) ^ starts, power, out low, out middle, out high);
            mask = Vector512.LessThan(Vector512<byte>.Indices + Vector512.Create((byte)48), count);
            text = Apply(seals, second, mask, from + 48, to + 48);
            WideHash.MultiplyAdd(Reverse(text), power + 4, ref low, ref middle, ref high);
        }
        else
        {
            stream = CounterChunk<TRounds>.MaskAndEleven(
                keys, first, counter, out Vector512<byte> second, out Vector512<byte> third);
            text = Apply(seals, stream, mask, from - 16, to - 16);
            WideHash.Multiply(Reverse(text) ^ starts, power, out low, out middle, out high);
            text = Apply(seals, second, Vector512<byte>.AllBitsSet, from + 48, to + 48);
            WideHash.MultiplyAdd(Reverse(text), power + 4, ref low, ref middle, ref high);
            mask = Vector512.LessThan(Vector512<byte>.Indices + Vector512.Create((byte)112), count);
            text = Apply(seals, third, mask, from + 112, to + 112);
            WideHash.MultiplyAdd(Reverse(text), power + 8, ref low, ref middle, ref high);
        }
        Field low1 = WideHash.Sum(hash.Low ^ WideHash.Sum(low));
        Field middle1 = WideHash.Sum(hash.Middle ^ WideHash.Sum(middle));
        Field high1 = WideHash.Sum(hash.High ^ WideHash.Sum(high));
        CarrylessHash.MultiplyAdd(lengths, *(end - 1), ref low1, ref middle1, ref high1);
        return CarrylessHash.Reverse(CarrylessHash.Reduce(low1, middle1, high1).AsByte()).AsByte()
            ^ stream.GetLower().GetLower();
    }

    // Returns the ciphertext, zero where the mask is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Apply(bool seals, Vector512<byte> stream, Vector512<byte> mask, byte* from, byte* to)
    {
        Vector512<byte> text = Avx512BW.MaskLoad(from, mask, Vector512<byte>.Zero);
        Vector512<byte> result = (text ^ stream) & mask;
        Avx512BW.MaskStore(to, mask, result);
        return seals ? result : text;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Reverse(Vector512<byte> blocks) =>
        Avx512BW.Shuffle(blocks, Vector512.Create(
            (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();
}
