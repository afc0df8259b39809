using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace MediaEngine.Srtp;

/// <summary>8 lanes.</summary>
internal readonly struct Sha1Vector256 : ISha1Vector<Words>
{
    public static int Lanes => Words.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Broadcast(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Add(Words x, Words y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words RotateLeft(Words x, [ConstantExpected] byte bits) => x << bits | x >>> 32 - bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Parity(Words x, Words y, Words z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Choose(Words x, Words y, Words z) => z ^ x & (y ^ z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Majority(Words x, Words y, Words z) => x & y | z & (x | y);
}
