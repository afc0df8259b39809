using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Field = System.Runtime.Intrinsics.Vector128<ulong>;

namespace MediaEngine.Srtp;

/// <summary>
/// GHASH (NIST SP 800-38D 6.4) on carry-less multiplication. Octets are reversed, so that the field's bit order is the
/// processor's; the powers of H are stored times x, which makes up for the bit that reflected products are short of.
/// </summary>
internal static class CarrylessHash
{
    /// <summary>Blocks multiplied before one common reduction: a 160-octet packet needs one.</summary>
    public const int Powers = 16;

    // The field polynomial x^128 + x^7 + x^2 + x + 1, reflected, without its top term.
    private const ulong Polynomial = 0xC200_0000_0000_0000;

    /// <summary>Fills <paramref name="powers"/> with H, H^2, … times x.</summary>
    public static void ExpandKey(Block hashKey, Span<Field> powers)
    {
        Field h = Reverse(hashKey);
        ulong low = h.GetElement(0);
        ulong high = h.GetElement(1);
        // Multiply by x: shift, and fold the bit that falls out, without a branch on it.
        ulong carry = 0 - (high >> 63);
        Field timesX = Vector128.Create(low << 1 ^ (carry & 1), (high << 1 | low >> 63) ^ (carry & Polynomial));
        Field power = timesX;
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] = power;
            Field none = Field.Zero, lo = none, mid = none, hi = none;
            MultiplyAdd(power, timesX, ref lo, ref mid, ref hi);
            power = Reduce(lo, mid, hi);
        }
    }

    /// <summary>GHASH of associated data, text and their lengths.</summary>
    public static Block Hash(ref Field powers, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text)
    {
        Field lo = Field.Zero, mid = Field.Zero, hi = Field.Zero, folded = Field.Zero;
        int remaining = (associatedData.Length + 15) / 16 + (text.Length + 15) / 16 + 1;
        int power = Math.Min(remaining, Powers);
        remaining -= power;

        Absorb(ref powers, associatedData, ref power, ref remaining, ref folded, ref lo, ref mid, ref hi);
        Absorb(ref powers, text, ref power, ref remaining, ref folded, ref lo, ref mid, ref hi);
        if (power == 0)
            Fold(ref power, ref remaining, ref folded, ref lo, ref mid, ref hi);
        Field lengths = Vector128.Create((ulong)text.Length * 8, (ulong)associatedData.Length * 8);
        MultiplyAdd(lengths ^ folded, powers, ref lo, ref mid, ref hi);
        return Reverse(Reduce(lo, mid, hi).AsByte()).AsByte();
    }

    // Within a run of blocks each is multiplied by its own power of H, and the sum is reduced at the end of the run.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(
        ref Field powers, ReadOnlySpan<byte> data, ref int power, ref int remaining, ref Field folded,
        ref Field lo, ref Field mid, ref Field hi)
    {
        ref byte octets = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        while (left >= 16)
        {
            if (power == 0)
                Fold(ref power, ref remaining, ref folded, ref lo, ref mid, ref hi);
            for (int run = Math.Min(left / 16, power); run > 0; run--)
            {
                power--;
                Field block = Reverse(Vector128.LoadUnsafe(ref octets)) ^ folded;
                folded = Field.Zero;
                MultiplyAdd(block, Unsafe.Add(ref powers, power), ref lo, ref mid, ref hi);
                octets = ref Unsafe.Add(ref octets, 16);
                left -= 16;
            }
        }
        if (left > 0)
        {
            if (power == 0)
                Fold(ref power, ref remaining, ref folded, ref lo, ref mid, ref hi);
            power--;
            Field block = Reverse(PartialBlock.Load(ref octets, left)) ^ folded;
            folded = Field.Zero;
            MultiplyAdd(block, Unsafe.Add(ref powers, power), ref lo, ref mid, ref hi);
        }
    }

    // Ends a run: its hash goes into the first block of the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(
        ref int power, ref int remaining, ref Field folded, ref Field lo, ref Field mid, ref Field hi)
    {
        folded = Reduce(lo, mid, hi);
        lo = mid = hi = Field.Zero;
        power = Math.Min(remaining, Powers);
        remaining -= power;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Field a, Field b, ref Field lo, ref Field mid, ref Field hi)
    {
        lo ^= BlockInstructions.MultiplyLower(a, b);
        mid ^= BlockInstructions.MultiplyAcross(a, b);
        hi ^= BlockInstructions.MultiplyUpper(a, b);
    }

    // 256 bits to 128: each multiplication by the polynomial clears the lower 64 bits of what is left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field Reduce(Field lo, Field mid, Field hi)
    {
        lo ^= BlockInstructions.ShiftUp(mid);
        hi ^= BlockInstructions.ShiftDown(mid);
        Field polynomial = Vector128.CreateScalar(Polynomial);
        lo = BlockInstructions.SwapHalves(lo) ^ BlockInstructions.MultiplyLower(lo, polynomial);
        lo = BlockInstructions.SwapHalves(lo) ^ BlockInstructions.MultiplyLower(lo, polynomial);
        return hi ^ lo;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field Reverse(Block block) =>
        BlockInstructions.Permute(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();
}
