using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Keys;

/// <summary>
/// Fixed-width arithmetic on limbs of 64 bits, least significant first. Carries are computed, never branched on: the
/// compiler makes setcc of every comparison here.
/// </summary>
internal static class Limbs
{
    private const int MaxCount = 16;

    /// <summary>
    /// a·b / R mod n, limbs interleaved (CIOS). Right for any a below R as long as b is below n.
    /// </summary>
    /// <param name="n">The modulus; its count is the width.</param>
    /// <param name="inverse">-1 / n mod 2^64.</param>
    public static void MultiplyMontgomery(
        Span<ulong> result, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> n, ulong inverse)
    {
        int count = n.Length;
        Span<ulong> sum = stackalloc ulong[MaxCount + 1];
        sum = sum[..(count + 1)];
        ref ulong t = ref MemoryMarshal.GetReference(sum);
        ref ulong x = ref MemoryMarshal.GetReference(a);
        ref ulong m = ref MemoryMarshal.GetReference(n);
        for (int i = 0; i < count; i++)
        {
            ulong digit = b[i];
            ulong carry = 0;
            ulong reductionCarry = 0;
            ulong low = MultiplyAdd(x, digit, t, ref carry);
            ulong factor = low * inverse;
            MultiplyAdd(m, factor, low, ref reductionCarry);
            // The widths in use, 4 and 16, are one more than a multiple of three.
            for (int j = 1; j < count; j += 3)
            {
                low = MultiplyAdd(Unsafe.Add(ref x, j), digit, Unsafe.Add(ref t, j), ref carry);
                Unsafe.Add(ref t, j - 1) = MultiplyAdd(Unsafe.Add(ref m, j), factor, low, ref reductionCarry);
                low = MultiplyAdd(Unsafe.Add(ref x, j + 1), digit, Unsafe.Add(ref t, j + 1), ref carry);
                Unsafe.Add(ref t, j) = MultiplyAdd(Unsafe.Add(ref m, j + 1), factor, low, ref reductionCarry);
                low = MultiplyAdd(Unsafe.Add(ref x, j + 2), digit, Unsafe.Add(ref t, j + 2), ref carry);
                Unsafe.Add(ref t, j + 1) = MultiplyAdd(Unsafe.Add(ref m, j + 2), factor, low, ref reductionCarry);
            }
            ulong top = 0;
            sum[count - 1] = AddWithCarry(AddWithCarry(sum[count], carry, ref top), reductionCarry, ref top);
            sum[count] = top;
        }
        SubtractOnce(result, sum[..count], sum[count], n);
    }

    /// <summary>a + b mod n, both below n.</summary>
    public static void AddModulo(Span<ulong> result, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> n)
    {
        Span<ulong> sum = stackalloc ulong[MaxCount];
        sum = sum[..n.Length];
        ulong carry = 0;
        for (int i = 0; i < sum.Length; i++)
        {
            ulong next = 0;
            sum[i] = AddWithCarry(AddWithCarry(a[i], b[i], ref next), carry, ref next);
            carry = next;
        }
        SubtractOnce(result, sum, carry, n);
    }

    /// <summary>a - b mod n, both below n.</summary>
    public static void SubtractModulo(Span<ulong> result, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> n)
    {
        ulong mask = 0 - Subtract(result, a, b);
        ulong carry = 0;
        for (int i = 0; i < n.Length; i++)
        {
            ulong next = 0;
            result[i] = AddWithCarry(AddWithCarry(result[i], n[i] & mask, ref next), carry, ref next);
            carry = next;
        }
    }

    /// <summary>a - b; the borrow, 0 or 1.</summary>
    public static ulong Subtract(Span<ulong> result, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        ulong borrow = 0;
        for (int i = 0; i < result.Length; i++)
        {
            ulong left = a[i];
            ulong difference = left - b[i];
            ulong next = left < difference ? 1UL : 0UL;
            ulong value = difference - borrow;
            next |= difference < value ? 1UL : 0UL;
            result[i] = value;
            borrow = next;
        }
        return borrow;
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

    /// <summary>The value less n unless that is negative; <paramref name="high"/> is its limb above the width.</summary>
    private static void SubtractOnce(Span<ulong> result, ReadOnlySpan<ulong> value, ulong high, ReadOnlySpan<ulong> n)
    {
        Span<ulong> difference = stackalloc ulong[MaxCount];
        difference = difference[..n.Length];
        ulong borrow = Subtract(difference, value, n);
        ulong keep = 0 - (borrow & (high ^ 1));
        for (int i = 0; i < difference.Length; i++)
            result[i] = (value[i] & keep) | (difference[i] & ~keep);
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
}
