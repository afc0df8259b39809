using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Keys;

/// <summary>
/// Fixed-width arithmetic on limbs of 64 bits, least significant first; <c>TLimbs</c> is an inline array of them. Carries
/// are computed, never branched on: the compiler makes setcc of every comparison here.
/// </summary>
internal static class Limbs
{
    /// <summary>
    /// a·b / R mod n, limbs interleaved (CIOS). Right for any a below R as long as b is below n.
    /// </summary>
    /// <param name="n">The modulus.</param>
    /// <param name="inverse">-1 / n mod 2^64.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLimbs MultiplyMontgomery<TLimbs>(
        ref readonly TLimbs a, ref readonly TLimbs b, ReadOnlySpan<ulong> n, ulong inverse)
        where TLimbs : unmanaged
    {
        int count = Count<TLimbs>();
        TLimbs sum = default;
        ulong top = 0;
        ref ulong t = ref First(ref sum);
        ref ulong x = ref First(in a);
        ref ulong y = ref First(in b);
        ref ulong m = ref MemoryMarshal.GetReference(n);
        for (int i = 0; i < count; i++)
        {
            ulong digit = Unsafe.Add(ref y, i);
            ulong carry = 0;
            ulong reductionCarry = 0;
            ulong low = MultiplyAdd(x, digit, t, ref carry);
            ulong factor = low * inverse;
            MultiplyAdd(m, factor, low, ref reductionCarry);
            // The widths in use, 4 and 16, are one more than a multiple of three.
            for (nint j = 1; j < count; j += 3)
            {
                low = MultiplyAdd(Unsafe.Add(ref x, j), digit, Unsafe.Add(ref t, j), ref carry);
                Unsafe.Add(ref t, j - 1) = MultiplyAdd(Unsafe.Add(ref m, j), factor, low, ref reductionCarry);
                low = MultiplyAdd(Unsafe.Add(ref x, j + 1), digit, Unsafe.Add(ref t, j + 1), ref carry);
                Unsafe.Add(ref t, j) = MultiplyAdd(Unsafe.Add(ref m, j + 1), factor, low, ref reductionCarry);
                low = MultiplyAdd(Unsafe.Add(ref x, j + 2), digit, Unsafe.Add(ref t, j + 2), ref carry);
                Unsafe.Add(ref t, j + 1) = MultiplyAdd(Unsafe.Add(ref m, j + 2), factor, low, ref reductionCarry);
            }
            ulong nextTop = 0;
            Unsafe.Add(ref t, count - 1) =
                AddWithCarry(AddWithCarry(top, carry, ref nextTop), reductionCarry, ref nextTop);
            top = nextTop;
        }
        return SubtractOnce(in sum, top, n);
    }

    /// <summary>a + b mod n, both below n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLimbs AddModulo<TLimbs>(ref readonly TLimbs a, ref readonly TLimbs b, ReadOnlySpan<ulong> n)
        where TLimbs : unmanaged
    {
        Unsafe.SkipInit(out TLimbs sum);
        ulong top = Add(ref First(ref sum), ref First(in a), ref First(in b), ulong.MaxValue, Count<TLimbs>());
        return SubtractOnce(in sum, top, n);
    }

    /// <summary>a - b mod n, both below n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLimbs SubtractModulo<TLimbs>(ref readonly TLimbs a, ref readonly TLimbs b, ReadOnlySpan<ulong> n)
        where TLimbs : unmanaged
    {
        Unsafe.SkipInit(out TLimbs difference);
        Unsafe.SkipInit(out TLimbs result);
        ulong borrow = Subtract(ref First(ref difference), ref First(in a), ref First(in b), Count<TLimbs>());
        Add(
            ref First(ref result), ref First(ref difference), ref MemoryMarshal.GetReference(n), 0 - borrow, Count<TLimbs>());
        return result;
    }

    /// <summary>1 if the value is below n, else 0.</summary>
    public static ulong IsBelow<TLimbs>(ref readonly TLimbs value, ReadOnlySpan<ulong> n)
        where TLimbs : unmanaged
    {
        Unsafe.SkipInit(out TLimbs difference);
        return Subtract(
            ref First(ref difference), ref First(in value), ref MemoryMarshal.GetReference(n), Count<TLimbs>());
    }

    /// <summary>All ones if every limb is zero, else zero.</summary>
    public static ulong IsZeroMask(ReadOnlySpan<ulong> value)
    {
        ulong any = 0;
        foreach (ulong limb in value)
            any |= limb;
        return ((any | (0 - any)) >> 63) - 1;
    }

    /// <summary>Big-endian octets, eight for each limb.</summary>
    public static void Read(Span<ulong> value, ReadOnlySpan<byte> bigEndian)
    {
        for (int i = 0; i < value.Length; i++)
            value[i] = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[((value.Length - 1 - i) * sizeof(ulong))..]);
    }

    /// <summary>Big-endian octets, eight for each limb.</summary>
    public static void Write(ReadOnlySpan<ulong> value, Span<byte> bigEndian)
    {
        for (int i = 0; i < value.Length; i++)
            BinaryPrimitives.WriteUInt64BigEndian(bigEndian[((value.Length - 1 - i) * sizeof(ulong))..], value[i]);
    }

    /// <summary>The value less n unless that is negative; <paramref name="top"/> is its limb above the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLimbs SubtractOnce<TLimbs>(ref readonly TLimbs value, ulong top, ReadOnlySpan<ulong> n)
        where TLimbs : unmanaged
    {
        Unsafe.SkipInit(out TLimbs difference);
        ulong borrow = Subtract(
            ref First(ref difference), ref First(in value), ref MemoryMarshal.GetReference(n), Count<TLimbs>());
        return Select(0 - (borrow & (top ^ 1)), in value, in difference);
    }

    /// <summary>The first if the mask is all ones, the second if it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLimbs Select<TLimbs>(ulong mask, ref readonly TLimbs whenSet, ref readonly TLimbs otherwise)
        where TLimbs : unmanaged
    {
        Unsafe.SkipInit(out TLimbs chosen);
        for (int i = 0; i < Count<TLimbs>(); i++)
        {
            Unsafe.Add(ref First(ref chosen), i) =
                (Unsafe.Add(ref First(in whenSet), i) & mask) | (Unsafe.Add(ref First(in otherwise), i) & ~mask);
        }
        return chosen;
    }

    /// <summary>a + (b and mask); the carry, 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ref ulong result, ref ulong a, ref ulong b, ulong mask, int count)
    {
        ulong carry = 0;
        for (int i = 0; i < count; i++)
        {
            ulong next = 0;
            Unsafe.Add(ref result, i) =
                AddWithCarry(AddWithCarry(Unsafe.Add(ref a, i), Unsafe.Add(ref b, i) & mask, ref next), carry, ref next);
            carry = next;
        }
        return carry;
    }

    /// <summary>a - b; the borrow, 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Subtract(ref ulong result, ref ulong a, ref ulong b, int count)
    {
        ulong borrow = 0;
        for (int i = 0; i < count; i++)
        {
            ulong left = Unsafe.Add(ref a, i);
            ulong difference = left - Unsafe.Add(ref b, i);
            ulong value = difference - borrow;
            borrow = (left < difference ? 1UL : 0UL) | (difference < value ? 1UL : 0UL);
            Unsafe.Add(ref result, i) = value;
        }
        return borrow;
    }

    /// <summary>Low half of a·b + addend + carry; the high half becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += addend;
        high += low < addend ? 1UL : 0UL;
        low += carry;
        high += low < carry ? 1UL : 0UL;
        carry = high;
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddWithCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b;
        carry += sum < b ? 1UL : 0UL;
        return sum;
    }

    private static int Count<TLimbs>()
        where TLimbs : unmanaged => Unsafe.SizeOf<TLimbs>() / sizeof(ulong);

    private static ref ulong First<TLimbs>(ref readonly TLimbs limbs)
        where TLimbs : unmanaged => ref Unsafe.As<TLimbs, ulong>(ref Unsafe.AsRef(in limbs));
}
