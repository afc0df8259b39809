using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace MediaEngine.Srtp;

/// <summary>
/// What the 128-bit kernel needs of a processor, on x86 (AES-NI, PCLMULQDQ) and on ARM64 (AES and PMULL). The tests of
/// support are constants to the compiler.
/// </summary>
internal static class BlockInstructions
{
    public static bool AreSupported =>
        X86Aes.IsSupported && Pclmulqdq.IsSupported && Ssse3.IsSupported || ArmAes.IsSupported && AdvSimd.Arm64.IsSupported;

    /// <summary>A middle round of AES: ShiftRows, SubBytes, MixColumns, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Round(Block block, Block key) =>
        X86Aes.IsSupported ? X86Aes.Encrypt(block, key) : ArmAes.MixColumns(ArmAes.Encrypt(block, Block.Zero)) ^ key;

    /// <summary>The last round: no MixColumns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block LastRound(Block block, Block key) =>
        X86Aes.IsSupported ? X86Aes.EncryptLast(block, key) : ArmAes.Encrypt(block, Block.Zero) ^ key;

    /// <summary>SubWord of the key schedule. With four equal columns ShiftRows changes nothing.</summary>
    public static uint SubstituteWord(uint word)
    {
        Block columns = Vector128.Create(word).AsByte();
        Block substituted = X86Aes.IsSupported ? X86Aes.KeygenAssist(columns, 0) : ArmAes.Encrypt(columns, Block.Zero);
        return substituted.AsUInt32().ToScalar();
    }

    /// <summary>Octets of <paramref name="block"/> by index; every index is below 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Permute(Block block, Block indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(block, indices) : AdvSimd.Arm64.VectorTableLookup(block, indices);

    /// <summary>Carry-less product of the lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field MultiplyLower(Field a, Field b) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(a, b, 0x00)
        : ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), b.GetLower());

    /// <summary>Carry-less product of the upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field MultiplyUpper(Field a, Field b) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(a, b, 0x11)
        : ArmAes.PolynomialMultiplyWideningUpper(a, b);

    /// <summary>Sum of the carry-less products of each lower half with the other's upper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field MultiplyAcross(Field a, Field b) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10)
        : ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), b.GetUpper())
            ^ ArmAes.PolynomialMultiplyWideningLower(a.GetUpper(), b.GetLower());

    /// <summary>The lower half moved up, zero below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field ShiftUp(Field value) => Sse2.IsSupported
        ? Sse2.ShiftLeftLogical128BitLane(value, 8)
        : AdvSimd.ExtractVector128(Field.Zero, value, 1);

    /// <summary>The upper half moved down, zero above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field ShiftDown(Field value) => Sse2.IsSupported
        ? Sse2.ShiftRightLogical128BitLane(value, 8)
        : AdvSimd.ExtractVector128(value, Field.Zero, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field SwapHalves(Field value) => Sse2.IsSupported
        ? Sse2.Shuffle(value.AsUInt32(), 0x4E).AsUInt64()
        : AdvSimd.ExtractVector128(value, value, 1);
}
