using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Block = System.Runtime.Intrinsics.Vector128<byte>;

namespace MediaEngine.Srtp;

/// <summary>1..15 octets of a block: read padded with zeros and written without touching what follows them.</summary>
internal static unsafe class PartialBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Mask(int count) => Vector128.LessThan(
        Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector128.Create((byte)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Load(byte* from, int count) =>
        Avx512BW.VL.IsSupported ? Avx512BW.VL.MaskLoad(from, Mask(count), Block.Zero) : LoadInParts(from, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, int count, Block value)
    {
        if (Avx512BW.VL.IsSupported)
            Avx512BW.VL.MaskStore(to, Mask(count), value);
        else
            new ReadOnlySpan<byte>(&value, count).CopyTo(new Span<byte>(to, count));
    }

    private static Block LoadInParts(byte* from, int count)
    {
        Block value = Block.Zero;
        new ReadOnlySpan<byte>(from, count).CopyTo(new Span<byte>(&value, count));
        return value;
    }
}
