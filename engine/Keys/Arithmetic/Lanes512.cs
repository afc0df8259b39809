using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MediaEngine.Keys;

/// <summary>Eight lanes of 64 bits: what no portable vector operation gives, by AVX-512 or by two halves of AVX2.</summary>
internal static class Lanes512
{
    public static bool IsSupported => Avx512F.IsSupported || Avx2.IsSupported;

    /// <summary>Lane by lane the 64-bit product of the signed low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Product(Vector512<long> left, Vector512<long> right) => Avx512F.IsSupported
        ? Avx512F.Multiply(left.AsInt32(), right.AsInt32())
        : Vector512.Create(
            Avx2.Multiply(left.GetLower().AsInt32(), right.GetLower().AsInt32()),
            Avx2.Multiply(left.GetUpper().AsInt32(), right.GetUpper().AsInt32()));

    /// <summary>Lane 0 in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Broadcast(Vector512<long> value)
    {
        if (Avx512F.IsSupported)
            return Avx512F.BroadcastScalarToVector512(value.GetLower().GetLower());
        Vector256<long> half = Avx2.BroadcastScalarToVector256(value.GetLower().GetLower());
        return Vector512.Create(half, half);
    }

    /// <summary>Every lane one place down; the highest comes from <paramref name="high"/>'s lane 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Down(Vector512<long> high, Vector512<long> low) => Avx512F.IsSupported
        ? Avx512F.AlignRight64(high, low, 1)
        : Vector512.Create(Down(low.GetUpper(), low.GetLower()), Down(high.GetLower(), low.GetUpper()));

    /// <summary>Every lane one place up; the lowest comes from <paramref name="low"/>'s lane 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Up(Vector512<long> high, Vector512<long> low) => Avx512F.IsSupported
        ? Avx512F.AlignRight64(high, low, 7)
        : Vector512.Create(Up(high.GetLower(), low.GetUpper()), Up(high.GetUpper(), high.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Down(Vector256<long> high, Vector256<long> low) =>
        Avx2.Permute4x64(Avx2.Blend(low.AsInt32(), high.AsInt32(), 0b0000_0011).AsInt64(), 0b00_11_10_01);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Up(Vector256<long> high, Vector256<long> low) =>
        Avx2.Permute4x64(Avx2.Blend(high.AsInt32(), low.AsInt32(), 0b1100_0000).AsInt64(), 0b10_01_00_11);
}
