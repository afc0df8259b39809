using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Counter = System.Runtime.Intrinsics.Vector128<uint>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM (NIST SP 800-38D 7) with encryption and hash stitched chunk by chunk. The tag's mask is encrypted together with
/// the last, partial chunk, so that a packet of up to 48 octets takes four AES blocks side by side, up to 112 takes eight.
/// </summary>
internal static unsafe class WideGcm<TRounds>
    where TRounds : struct, IAesRounds
{
    private const int Chunk_bytes = CounterChunk<TRounds>.Chunk_bytes;
    private const int Chunk_blocks = 8;

    /// <summary>Encrypts and returns the tag. <paramref name="to"/> is <paramref name="from"/> or apart from it.</summary>
    [SkipLocalsInit]
    public static Block Seal(
        GcmKeyMemory key, Counter first, byte* associatedData, int associated_bytes, byte* from, byte* to, int text_bytes)
    {
        Block* keys = key.RoundKeys;
        Field* end = key.PowersEnd;
        WideHash hash;
        Field* power = Begin(&hash, end, associatedData, associated_bytes, text_bytes, out int unplanned);
        Block* stream = stackalloc Block[Chunk_blocks + 1];
        Counter counter = first;
        int left = text_bytes;
        if (left >= Chunk_bytes)
        {
            CounterChunk<TRounds>.Apply(keys, counter, from, to);
            Advance(ref counter, ref from, ref to, ref left);
            for (; left >= Chunk_bytes; Advance(ref counter, ref from, ref to, ref left))
            {
                CounterChunk<TRounds>.ApplyAndHash(keys, counter, from, to, &hash, to - Chunk_bytes, power);
                power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
            }
            LastKeystream(keys, first, counter, stream, left);
            hash.AbsorbEight(to - Chunk_bytes, power);
            power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
        }
        else
        {
            LastKeystream(keys, first, counter, stream, left);
        }

        Field low = WideHash.Sum(hash.Low), middle = WideHash.Sum(hash.Middle), high = WideHash.Sum(hash.High);
        Field folded = hash.Folded;
        Block* next = stream + 1;
        for (; left >= 16; left -= 16, from += 16, to += 16)
        {
            Block sealedBlock = Vector128.Load(from) ^ *next++;
            sealedBlock.Store(to);
            CarrylessHash.MultiplyAdd(CarrylessHash.Reverse(sealedBlock) ^ folded, *power++, ref low, ref middle, ref high);
            folded = Field.Zero;
        }
        if (left > 0)
        {
            Block sealedBlock = (PartialBlock.Load(from, left) ^ *next) & PartialBlock.Mask(left);
            PartialBlock.Store(to, left, sealedBlock);
            CarrylessHash.MultiplyAdd(CarrylessHash.Reverse(sealedBlock) ^ folded, *power++, ref low, ref middle, ref high);
            folded = Field.Zero;
        }
        return End(stream, folded, *power, low, middle, high, associated_bytes, text_bytes);
    }

    /// <summary>Decrypts and returns the tag the ciphertext should have.</summary>
    [SkipLocalsInit]
    public static Block Open(
        GcmKeyMemory key, Counter first, byte* associatedData, int associated_bytes, byte* from, byte* to, int text_bytes)
    {
        Block* keys = key.RoundKeys;
        Field* end = key.PowersEnd;
        WideHash hash;
        Field* power = Begin(&hash, end, associatedData, associated_bytes, text_bytes, out int unplanned);
        Block* stream = stackalloc Block[Chunk_blocks + 1];
        Counter counter = first;
        int left = text_bytes;
        for (; left >= Chunk_bytes; Advance(ref counter, ref from, ref to, ref left))
        {
            CounterChunk<TRounds>.ApplyAndHash(keys, counter, from, to, &hash, from, power);
            power = NextRun(power + Chunk_blocks, end, &hash, ref unplanned);
        }
        LastKeystream(keys, first, counter, stream, left);

        Field low = WideHash.Sum(hash.Low), middle = WideHash.Sum(hash.Middle), high = WideHash.Sum(hash.High);
        Field folded = hash.Folded;
        Block* next = stream + 1;
        for (; left >= 16; left -= 16, from += 16, to += 16)
        {
            Block sealedBlock = Vector128.Load(from);
            (sealedBlock ^ *next++).Store(to);
            CarrylessHash.MultiplyAdd(CarrylessHash.Reverse(sealedBlock) ^ folded, *power++, ref low, ref middle, ref high);
            folded = Field.Zero;
        }
        if (left > 0)
        {
            Block sealedBlock = PartialBlock.Load(from, left);
            PartialBlock.Store(to, left, sealedBlock ^ *next);
            CarrylessHash.MultiplyAdd(CarrylessHash.Reverse(sealedBlock) ^ folded, *power++, ref low, ref middle, ref high);
            folded = Field.Zero;
        }
        return End(stream, folded, *power, low, middle, high, associated_bytes, text_bytes);
    }

    // Hashes the associated data, and returns where the powers of the text begin. The blocks before the last are folded
    // one by one: an RTP header without CSRC and extension is one block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field* Begin(
        WideHash* hash, Field* end, byte* associatedData, int associated_bytes, int text_bytes, out int unplanned)
    {
        *hash = default;
        int left = associated_bytes;
        for (; left > 16; left -= 16, associatedData += 16)
        {
            hash->Absorb(Vector128.Load(associatedData), *(end - 1));
            hash->Fold();
        }
        Block last = left switch
        {
            12 => Vector128.Create(*(ulong*)associatedData, *(uint*)(associatedData + 8)).AsByte(),
            16 => Vector128.Load(associatedData),
            0 => Block.Zero,
            _ => PartialBlock.Load(associatedData, left),
        };
        int blocks = (text_bytes + 15) / 16 + 2;
        int run = blocks <= GcmKeyMemory.Powers ? blocks : 1 + 2 * Chunk_blocks;
        unplanned = blocks - run;
        Field* power = end - run;
        hash->Absorb(last, *power);
        return power + 1;
    }

    // A run of powers ends where a chunk does, and the last one holds the whole rest: blocks, partial block, lengths.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field* NextRun(Field* power, Field* end, WideHash* hash, ref int unplanned)
    {
        if (power != end)
            return power;
        hash->Fold();
        int run = unplanned == GcmKeyMemory.Powers + 1 ? 2 * Chunk_blocks : Math.Min(unplanned, GcmKeyMemory.Powers);
        unplanned -= run;
        return end - run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(ref Counter counter, ref byte* from, ref byte* to, ref int left)
    {
        counter += Vector128.Create(0u, 0u, 0u, Chunk_blocks);
        from += Chunk_bytes;
        to += Chunk_bytes;
        left -= Chunk_bytes;
    }

    // stream[0] is the tag's mask, then the keystream of fewer than 128 octets.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LastKeystream(Block* keys, Counter first, Counter counter, Block* stream, int text_bytes)
    {
        if (text_bytes <= 3 * 16)
        {
            CounterChunk<TRounds>.MaskAndThree(keys, first, counter, stream);
            return;
        }
        CounterChunk<TRounds>.MaskAndSeven(keys, first, counter, stream);
        if (text_bytes > 7 * 16)
            stream[8] = AesNiRounds.Encrypt(ref *keys, TRounds.Count, AesNiRounds.CounterBlock(counter, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Block End(
        Block* stream, Field folded, Field power, Field low, Field middle, Field high, int associated_bytes, int text_bytes)
    {
        Field lengths = Vector128.Create((ulong)text_bytes * 8, (ulong)associated_bytes * 8);
        CarrylessHash.MultiplyAdd(lengths ^ folded, power, ref low, ref middle, ref high);
        Block mask = stream[0];
        for (int i = 0; i <= Chunk_blocks; i++)
            stream[i] = Block.Zero;
        return CarrylessHash.Reverse(CarrylessHash.Reduce(low, middle, high).AsByte()).AsByte() ^ mask;
    }
}
