using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;
using FieldPair = System.Runtime.Intrinsics.Vector256<ulong>;

namespace MediaEngine.Srtp;

/// <summary>
/// GHASH two blocks at a time: the three parts of the products, summed and not yet reduced. The two halves of a pair are
/// summed apart and come together in the end.
/// </summary>
internal unsafe struct WideHash
{
    public FieldPair Low;
    public FieldPair Middle;
    public FieldPair High;

    /// <summary>The hash of the blocks of former runs; goes into the next block.</summary>
    public Field Folded;

    /// <summary>Reads 32 octets. In two halves, because freshly stored blocks are not forwarded to a load twice as wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldPair LoadPair(byte* octets)
    {
        var reversal = Vector256.Create(
            (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        return Avx2.Shuffle(Vector256.Create(Vector128.Load(octets), Vector128.Load(octets + 16)), reversal).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyOuter(FieldPair blocks, FieldPair powers, ref FieldPair low, ref FieldPair high)
    {
        low ^= Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x00);
        high ^= Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyInner(FieldPair blocks, FieldPair powers, ref FieldPair middle) =>
        middle = Vector256.Xor(
            middle ^ Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x01),
            Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x10));

    /// <summary>Hashes eight blocks with the eight powers from <paramref name="powers"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AbsorbEight<TWidth>(byte* text, Field* powers)
        where TWidth : struct, IVectorWidth
    {
        if (!TWidth.Is512)
        {
            AbsorbEightInPairs(text, powers);
            return;
        }
        Vector512<ulong> first = Join(LoadPair(text) ^ Folded.ToVector256(), LoadPair(text + 32));
        Vector512<ulong> second = Join(LoadPair(text + 64), LoadPair(text + 96));
        Multiply(first, powers, out Vector512<ulong> low, out Vector512<ulong> middle, out Vector512<ulong> high);
        Multiply(
            second, powers + 4, out Vector512<ulong> low2, out Vector512<ulong> middle2, out Vector512<ulong> high2);
        Low ^= Sum(low ^ low2);
        Middle ^= Sum(middle ^ middle2);
        High ^= Sum(high ^ high2);
        Folded = Field.Zero;
    }

    /// <summary>Two blocks by two powers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        FieldPair blocks, Field* powers, ref FieldPair low, ref FieldPair middle, ref FieldPair high)
    {
        FieldPair factors = Vector256.Load((ulong*)powers);
        MultiplyOuter(blocks, factors, ref low, ref high);
        MultiplyInner(blocks, factors, ref middle);
    }

    /// <summary>Ends a run of powers.</summary>
    public void Fold()
    {
        Folded = CarrylessHash.Reduce(Sum(Low), Sum(Middle), Sum(High));
        Low = Middle = High = FieldPair.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field Sum(FieldPair pair) => pair.GetLower() ^ pair.GetUpper();

    /// <summary>
    /// Two halves as one vector. <c>Vector512.Create</c> would do, but compiles to a read of 64 octets of stack that nothing
    /// wrote, which waits for whatever was last stored there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Join(FieldPair lower, FieldPair upper) =>
        Avx512F.InsertVector256(lower.ToVector512Unsafe(), upper, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldPair Sum(Vector512<ulong> value) => value.GetLower() ^ value.GetUpper();

    /// <summary>As <see cref="Multiply"/>, adding to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        Vector512<ulong> blocks, Field* powers, ref Vector512<ulong> low, ref Vector512<ulong> middle,
        ref Vector512<ulong> high)
    {
        Multiply(blocks, powers, out Vector512<ulong> moreLow, out Vector512<ulong> moreMiddle, out Vector512<ulong> moreHigh);
        low ^= moreLow;
        middle ^= moreMiddle;
        high ^= moreHigh;
    }

    /// <summary>Four blocks by four powers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        Vector512<ulong> blocks, Field* powers, out Vector512<ulong> low, out Vector512<ulong> middle,
        out Vector512<ulong> high)
    {
        Vector512<ulong> factors = Vector512.Load((ulong*)powers);
        low = Pclmulqdq.V512.CarrylessMultiply(blocks, factors, 0x00);
        middle = Pclmulqdq.V512.CarrylessMultiply(blocks, factors, 0x01)
            ^ Pclmulqdq.V512.CarrylessMultiply(blocks, factors, 0x10);
        high = Pclmulqdq.V512.CarrylessMultiply(blocks, factors, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AbsorbEightInPairs(byte* text, Field* powers)
    {
        FieldPair low = Low, middle = Middle, high = High;
        MultiplyAdd(LoadPair(text) ^ Folded.ToVector256(), powers, ref low, ref middle, ref high);
        MultiplyAdd(LoadPair(text + 32), powers + 2, ref low, ref middle, ref high);
        MultiplyAdd(LoadPair(text + 64), powers + 4, ref low, ref middle, ref high);
        MultiplyAdd(LoadPair(text + 96), powers + 6, ref low, ref middle, ref high);
        Low = low;
        Middle = middle;
        High = high;
        Folded = Field.Zero;
    }
}
