using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Counter = System.Runtime.Intrinsics.Vector128<uint>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;
using FieldPair = System.Runtime.Intrinsics.Vector256<ulong>;

namespace MediaEngine.Srtp;

/// <summary>
/// What <see cref="WideGcm{TRounds, TWidth}"/> does last, up to eleven blocks, without masks: whole blocks, then the octets
/// left. Not inlined: with it the compiler would run out of its budget for inlining half-way through.
/// </summary>
internal static unsafe class PairTail<TRounds>
    where TRounds : struct, IAesRounds
{
    // The runtime does not align this memory, and where a vector lies across two pages of the stack, every packet of the
    // process takes half as long again: one process in twenty.
    private const int Alignment_bytes = 32;

    /// <summary>
    /// Returns the tag. <paramref name="head"/> goes with the first power, the first block and <paramref name="folded"/> with
    /// the second, and so on.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static Block Last(
        bool seals, Block* keys, Counter first, Counter counter, byte* from, byte* to, int text_bytes, Field head,
        Field folded, Field lengths, Field* power, Field* end, WideHash hash)
    {
        Unsafe.SkipInit(out Blocks memory);
        Block* blocks = (Block*)(((nuint)(&memory) + Alignment_bytes - 1) & ~(nuint)(Alignment_bytes - 1));
        if (text_bytes <= 48)
            CounterChunk<TRounds>.MaskAndThree(keys, first, counter, blocks);
        else if (text_bytes <= 112)
            CounterChunk<TRounds>.MaskAndSeven(keys, first, counter, blocks);
        else
            CounterChunk<TRounds>.MaskAndEleven(keys, first, counter, blocks);
        Block mask = blocks[0];
        int count = 1;
        for (; text_bytes >= 16; text_bytes -= 16, from += 16, to += 16, count++)
        {
            Block text = Vector128.Load(from);
            Block result = text ^ blocks[count];
            result.Store(to);
            blocks[count] = seals ? result : text;
        }
        if (text_bytes > 0)
        {
            Block text = PartialBlock.Load(ref *from, text_bytes);
            Block result = PartialBlock.Keep(text ^ blocks[count], text_bytes);
            PartialBlock.Store(ref *to, result, text_bytes);
            blocks[count++] = seals ? result : text;
        }
        blocks[0] = Block.Zero;
        blocks[count] = Block.Zero;
        FieldPair low = hash.Low, middle = hash.Middle, high = hash.High;
        FieldPair starts = Vector256.Create(head, folded);
        for (int i = 0; i < count; i += 2)
        {
            WideHash.MultiplyAdd(
                WideHash.LoadPair((byte*)(blocks + i)) ^ starts, power + i, ref low, ref middle, ref high);
            starts = FieldPair.Zero;
        }
        Field low1 = WideHash.Sum(low), middle1 = WideHash.Sum(middle), high1 = WideHash.Sum(high);
        CarrylessHash.MultiplyAdd(lengths, *(end - 1), ref low1, ref middle1, ref high1);
        return CarrylessHash.Reverse(CarrylessHash.Reduce(low1, middle1, high1).AsByte()).AsByte() ^ mask;
    }

    // The tag's mask, eleven blocks, and one that fills the last pair; with two more there is room to align them.
    [InlineArray(15)]
    private struct Blocks
    {
        private Block _first;
    }
}
