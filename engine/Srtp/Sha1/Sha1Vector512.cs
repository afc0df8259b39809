using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector512<uint>;

namespace MediaEngine.Srtp;

/// <summary>16 lanes.</summary>
internal readonly struct Sha1Vector512 : ISha1Vector<Words>
{
    // Bit i: the majority of the three bits of i.
    private const byte MajorityTable = 0b1110_1000;

    public static int Lanes => Words.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Broadcast(uint word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Add(Words x, Words y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words RotateLeft(Words x, [ConstantExpected] byte bits) =>
        Avx512F.RotateLeft(x, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Parity(Words x, Words y, Words z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Choose(Words x, Words y, Words z) => Vector512.ConditionalSelect(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Majority(Words x, Words y, Words z) => Avx512F.TernaryLogic(x, y, z, MajorityTable);
}
