using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MediaEngine.Srtp;

/// <summary>
/// SHA-1's compression of sixteen independent blocks at once, one in each lane of a vector (FIPS 180-4 6.1.2). Words and
/// states are stored word by word: the sixteen lanes of word 0, of word 1, and so on.
/// </summary>
internal static class Sha1LaneBlock
{
    public const int Lanes = 16;
    public const int BlockWords = 16;

    // Extended by five words at a time, so one more than is used.
    private const int ScheduleWords = 81;

    /// <summary>The processor has vectors wide enough to be worth it.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Ssse3.IsSupported;

    /// <summary>Reads the sixteen blocks that begin at the offsets.</summary>
    public static void Load(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, Span<uint> words)
    {
        if (Avx512BW.IsSupported)
        {
            LoadWide(memory, offsets, words);
            return;
        }
        for (int lane = 0; lane < Lanes; lane += 4)
        {
            ReadOnlySpan<byte> a = memory.Slice(offsets[lane], Sha1Block.Block_bytes);
            ReadOnlySpan<byte> b = memory.Slice(offsets[lane + 1], Sha1Block.Block_bytes);
            ReadOnlySpan<byte> c = memory.Slice(offsets[lane + 2], Sha1Block.Block_bytes);
            ReadOnlySpan<byte> d = memory.Slice(offsets[lane + 3], Sha1Block.Block_bytes);
            for (int word = 0; word < BlockWords; word += 4)
                Transpose4(a[(4 * word)..], b[(4 * word)..], c[(4 * word)..], d[(4 * word)..], words[(word * Lanes + lane)..]);
        }
    }

    /// <summary>Adds one block per lane to the states.</summary>
    public static void Compress(Span<uint> state, ReadOnlySpan<uint> words)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Compress<Sha1Vector512, Vector512<uint>>(state, words, 0);
        }
        else
        {
            Compress<Sha1Vector256, Vector256<uint>>(state, words, 0);
            Compress<Sha1Vector256, Vector256<uint>>(state, words, Lanes / 2);
        }
    }

    /// <summary>The lanes from <paramref name="first"/> on: as many as the vector has.</summary>
    [SkipLocalsInit]
    internal static void Compress<TOperations, TVector>(Span<uint> state, ReadOnlySpan<uint> words, int first)
        where TOperations : ISha1Vector<TVector>
        where TVector : unmanaged
    {
        Span<TVector> schedule = stackalloc TVector[ScheduleWords];
        for (int t = 0; t < BlockWords; t++)
            schedule[t] = Read<TVector>(words, t, first);
        ref TVector w = ref MemoryMarshal.GetReference(schedule);

        TVector a0 = Read<TVector>(state, 0, first), b0 = Read<TVector>(state, 1, first), c0 = Read<TVector>(state, 2, first);
        TVector d0 = Read<TVector>(state, 3, first), e0 = Read<TVector>(state, 4, first);
        TVector a = a0, b = b0, c = c0, d = d0, e = e0;
        // Five steps bring the five variables back to their places, so none is ever moved. The schedule is sixteen words
        // ahead: its chain of sums and that of the steps run side by side.
        int step = 0;
        for (TVector k = TOperations.Broadcast(0x5A827999); step < 20; step += 5)
        {
            Extend<TOperations, TVector>(ref Unsafe.Add(ref w, step + BlockWords));
            Step<TOperations, TVector>(a, ref b, ref e, TOperations.Choose(b, c, d), Unsafe.Add(ref w, step), k);
            Step<TOperations, TVector>(e, ref a, ref d, TOperations.Choose(a, b, c), Unsafe.Add(ref w, step + 1), k);
            Step<TOperations, TVector>(d, ref e, ref c, TOperations.Choose(e, a, b), Unsafe.Add(ref w, step + 2), k);
            Step<TOperations, TVector>(c, ref d, ref b, TOperations.Choose(d, e, a), Unsafe.Add(ref w, step + 3), k);
            Step<TOperations, TVector>(b, ref c, ref a, TOperations.Choose(c, d, e), Unsafe.Add(ref w, step + 4), k);
        }
        for (TVector k = TOperations.Broadcast(0x6ED9EBA1); step < 40; step += 5)
        {
            Extend<TOperations, TVector>(ref Unsafe.Add(ref w, step + BlockWords));
            ParitySteps<TOperations, TVector>(ref a, ref b, ref c, ref d, ref e, ref Unsafe.Add(ref w, step), k);
        }
        for (TVector k = TOperations.Broadcast(0x8F1BBCDC); step < 60; step += 5)
        {
            Extend<TOperations, TVector>(ref Unsafe.Add(ref w, step + BlockWords));
            Step<TOperations, TVector>(a, ref b, ref e, TOperations.Majority(b, c, d), Unsafe.Add(ref w, step), k);
            Step<TOperations, TVector>(e, ref a, ref d, TOperations.Majority(a, b, c), Unsafe.Add(ref w, step + 1), k);
            Step<TOperations, TVector>(d, ref e, ref c, TOperations.Majority(e, a, b), Unsafe.Add(ref w, step + 2), k);
            Step<TOperations, TVector>(c, ref d, ref b, TOperations.Majority(d, e, a), Unsafe.Add(ref w, step + 3), k);
            Step<TOperations, TVector>(b, ref c, ref a, TOperations.Majority(c, d, e), Unsafe.Add(ref w, step + 4), k);
        }
        Extend<TOperations, TVector>(ref Unsafe.Add(ref w, step + BlockWords));
        for (TVector k = TOperations.Broadcast(0xCA62C1D6); step < 80; step += 5)
            ParitySteps<TOperations, TVector>(ref a, ref b, ref c, ref d, ref e, ref Unsafe.Add(ref w, step), k);

        Write(state, 0, first, TOperations.Add(a, a0));
        Write(state, 1, first, TOperations.Add(b, b0));
        Write(state, 2, first, TOperations.Add(c, c0));
        Write(state, 3, first, TOperations.Add(d, d0));
        Write(state, 4, first, TOperations.Add(e, e0));
    }

    /// <summary>The next five words of the schedule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Extend<TOperations, TVector>(ref TVector next)
        where TOperations : ISha1Vector<TVector>
        where TVector : unmanaged
    {
        for (int i = 0; i < 5; i++)
        {
            ref TVector at = ref Unsafe.Add(ref next, i);
            TVector older = TOperations.Parity(Unsafe.Add(ref at, -8), Unsafe.Add(ref at, -14), Unsafe.Add(ref at, -16));
            at = TOperations.RotateLeft(TOperations.Parity(older, Unsafe.Add(ref at, -3), default(TVector)), 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ParitySteps<TOperations, TVector>(
        ref TVector a, ref TVector b, ref TVector c, ref TVector d, ref TVector e, ref TVector w, TVector k)
        where TOperations : ISha1Vector<TVector>
        where TVector : unmanaged
    {
        Step<TOperations, TVector>(a, ref b, ref e, TOperations.Parity(b, c, d), w, k);
        Step<TOperations, TVector>(e, ref a, ref d, TOperations.Parity(a, b, c), Unsafe.Add(ref w, 1), k);
        Step<TOperations, TVector>(d, ref e, ref c, TOperations.Parity(e, a, b), Unsafe.Add(ref w, 2), k);
        Step<TOperations, TVector>(c, ref d, ref b, TOperations.Parity(d, e, a), Unsafe.Add(ref w, 3), k);
        Step<TOperations, TVector>(b, ref c, ref a, TOperations.Parity(c, d, e), Unsafe.Add(ref w, 4), k);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TOperations, TVector>(
        TVector a, ref TVector b, ref TVector e, TVector mixed, TVector word, TVector k)
        where TOperations : ISha1Vector<TVector>
        where TVector : unmanaged
    {
        TVector added = TOperations.Add(TOperations.Add(e, TOperations.Add(word, k)), mixed);
        e = TOperations.Add(added, TOperations.RotateLeft(a, 5));
        b = TOperations.RotateLeft(b, 30);
    }

    // Four rows at a time become columns within each 128-bit part; then the parts are put in order.
    [SkipLocalsInit]
    private static void LoadWide(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, Span<uint> words)
    {
        Span<Vector512<uint>> columns = stackalloc Vector512<uint>[BlockWords];
        for (int lane = 0; lane < Lanes; lane += 4)
        {
            Vector512<uint> a = ReadBlock(memory, offsets[lane]), b = ReadBlock(memory, offsets[lane + 1]);
            Vector512<uint> c = ReadBlock(memory, offsets[lane + 2]), d = ReadBlock(memory, offsets[lane + 3]);
            Vector512<ulong> abLow = Avx512F.UnpackLow(a, b).AsUInt64(), abHigh = Avx512F.UnpackHigh(a, b).AsUInt64();
            Vector512<ulong> cdLow = Avx512F.UnpackLow(c, d).AsUInt64(), cdHigh = Avx512F.UnpackHigh(c, d).AsUInt64();
            columns[lane] = Avx512F.UnpackLow(abLow, cdLow).AsUInt32();
            columns[lane + 1] = Avx512F.UnpackHigh(abLow, cdLow).AsUInt32();
            columns[lane + 2] = Avx512F.UnpackLow(abHigh, cdHigh).AsUInt32();
            columns[lane + 3] = Avx512F.UnpackHigh(abHigh, cdHigh).AsUInt32();
        }
        for (int word = 0; word < 4; word++)
        {
            Vector512<uint> firstLow = Avx512F.Shuffle4x128(columns[word], columns[word + 4], 0x44);
            Vector512<uint> firstHigh = Avx512F.Shuffle4x128(columns[word], columns[word + 4], 0xEE);
            Vector512<uint> secondLow = Avx512F.Shuffle4x128(columns[word + 8], columns[word + 12], 0x44);
            Vector512<uint> secondHigh = Avx512F.Shuffle4x128(columns[word + 8], columns[word + 12], 0xEE);
            Avx512F.Shuffle4x128(firstLow, secondLow, 0x88).CopyTo(words[(word * Lanes)..]);
            Avx512F.Shuffle4x128(firstLow, secondLow, 0xDD).CopyTo(words[((word + 4) * Lanes)..]);
            Avx512F.Shuffle4x128(firstHigh, secondHigh, 0x88).CopyTo(words[((word + 8) * Lanes)..]);
            Avx512F.Shuffle4x128(firstHigh, secondHigh, 0xDD).CopyTo(words[((word + 12) * Lanes)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> ReadBlock(ReadOnlySpan<byte> memory, int offset) =>
        Avx512BW.Shuffle(
            Vector512.Create(memory.Slice(offset, Sha1Block.Block_bytes)),
            Vector512.Create(
                0x04050607_00010203UL, 0x0C0D0E0F_08090A0B, 0x04050607_00010203, 0x0C0D0E0F_08090A0B,
                0x04050607_00010203, 0x0C0D0E0F_08090A0B, 0x04050607_00010203, 0x0C0D0E0F_08090A0B).AsByte()).AsUInt32();

    private static TVector Read<TVector>(ReadOnlySpan<uint> words, int word, int first)
        where TVector : unmanaged =>
        MemoryMarshal.Read<TVector>(MemoryMarshal.AsBytes(words[(word * Lanes + first)..]));

    private static void Write<TVector>(Span<uint> words, int word, int first, TVector value)
        where TVector : unmanaged =>
        MemoryMarshal.Write(MemoryMarshal.AsBytes(words[(word * Lanes + first)..]), value);

    // Four big-endian words of four messages become four lanes of four words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(
        ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d, Span<uint> words)
    {
        Vector128<uint> abLow = Sse2.UnpackLow(ReadWords(a), ReadWords(b));
        Vector128<uint> abHigh = Sse2.UnpackHigh(ReadWords(a), ReadWords(b));
        Vector128<uint> cdLow = Sse2.UnpackLow(ReadWords(c), ReadWords(d));
        Vector128<uint> cdHigh = Sse2.UnpackHigh(ReadWords(c), ReadWords(d));
        Sse2.UnpackLow(abLow.AsUInt64(), cdLow.AsUInt64()).AsUInt32().CopyTo(words);
        Sse2.UnpackHigh(abLow.AsUInt64(), cdLow.AsUInt64()).AsUInt32().CopyTo(words[Lanes..]);
        Sse2.UnpackLow(abHigh.AsUInt64(), cdHigh.AsUInt64()).AsUInt32().CopyTo(words[(2 * Lanes)..]);
        Sse2.UnpackHigh(abHigh.AsUInt64(), cdHigh.AsUInt64()).AsUInt32().CopyTo(words[(3 * Lanes)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ReadWords(ReadOnlySpan<byte> octets) =>
        Ssse3.Shuffle(
            Vector128.Create(octets), Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();
}
