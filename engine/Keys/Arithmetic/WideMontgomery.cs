using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MediaEngine.Keys;

/// <summary>
/// An integer modulo a prime of 1024 bits in Montgomery form, as 38 signed digits of 28 bits in five vectors of 512 bits.
/// Digits and value are redundant: sums and differences are made digit by digit and may leave [0, p). No carry runs
/// further than one digit, except when the value is written.
/// </summary>
/// <remarks>
/// Let m be the multiple of p in use, m &lt; 2^1052, R = 2^1064. A product of values x and y lies in (-|xy|/R, m + |xy|/R),
/// so operands may be sums of up to 2^5 products. Digits stay below 2^28 + 2^7 in magnitude; a lane adds up at most
/// 38·3 products of two digits, which is below 2^63.
/// </remarks>
internal struct WideMontgomery<TModulus> : IFieldElement<WideMontgomery<TModulus>>
    where TModulus : struct, IWideModulus
{
    private const int Digit_bits = 28;
    private const long DigitMask = (1L << Digit_bits) - 1;
    private const int Digits = 38;
    private const int Lanes = 8;
    private const int Registers = 5;

    private Vector512<long> _v0;
    private Vector512<long> _v1;
    private Vector512<long> _v2;
    private Vector512<long> _v3;
    private Vector512<long> _v4;

    public static bool IsSupported => Lanes512.IsSupported;

    public static int Length_bytes => Unsafe.SizeOf<Limbs16>();

    public static WideMontgomery<TModulus> One => Load(TModulus.WideR);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WideMontgomery<TModulus> operator +(
        in WideMontgomery<TModulus> left, in WideMontgomery<TModulus> right) => Carried(
            left._v0 + right._v0, left._v1 + right._v1, left._v2 + right._v2, left._v3 + right._v3, left._v4 + right._v4);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WideMontgomery<TModulus> operator -(
        in WideMontgomery<TModulus> left, in WideMontgomery<TModulus> right) => Carried(
            left._v0 - right._v0, left._v1 - right._v1, left._v2 - right._v2, left._v3 - right._v3, left._v4 - right._v4);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WideMontgomery<TModulus> operator *(
        in WideMontgomery<TModulus> left, in WideMontgomery<TModulus> right)
    {
        Vector512<long> a0 = left._v0, a1 = left._v1, a2 = left._v2, a3 = left._v3, a4 = left._v4;
        Vector512<long> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default;
        ref long digits = ref FirstDigit(in right);
        for (int i = 0; i < Digits; i++)
        {
            Vector512<long> digit = Vector512.Create(Unsafe.Add(ref digits, i));
            t0 += Lanes512.Product(a0, digit);
            t1 += Lanes512.Product(a1, digit);
            t2 += Lanes512.Product(a2, digit);
            t3 += Lanes512.Product(a3, digit);
            t4 += Lanes512.Product(a4, digit);
            ReduceOneDigit(ref t0, ref t1, ref t2, ref t3, ref t4);
        }
        WideMontgomery<TModulus> once = Carried(t0, t1, t2, t3, t4);
        return Carried(once._v0, once._v1, once._v2, once._v3, once._v4);
    }

    /// <remarks>One reduction for both products: little more than the price of one.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WideMontgomery<TModulus> SumOfProducts(
        in WideMontgomery<TModulus> a, in WideMontgomery<TModulus> b,
        in WideMontgomery<TModulus> c, in WideMontgomery<TModulus> d)
    {
        Vector512<long> a0 = a._v0, a1 = a._v1, a2 = a._v2, a3 = a._v3, a4 = a._v4;
        Vector512<long> c0 = c._v0, c1 = c._v1, c2 = c._v2, c3 = c._v3, c4 = c._v4;
        Vector512<long> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default;
        ref long digits = ref FirstDigit(in b);
        ref long otherDigits = ref FirstDigit(in d);
        for (int i = 0; i < Digits; i++)
        {
            Vector512<long> digit = Vector512.Create(Unsafe.Add(ref digits, i));
            Vector512<long> otherDigit = Vector512.Create(Unsafe.Add(ref otherDigits, i));
            t0 += Lanes512.Product(a0, digit) + Lanes512.Product(c0, otherDigit);
            t1 += Lanes512.Product(a1, digit) + Lanes512.Product(c1, otherDigit);
            t2 += Lanes512.Product(a2, digit) + Lanes512.Product(c2, otherDigit);
            t3 += Lanes512.Product(a3, digit) + Lanes512.Product(c3, otherDigit);
            t4 += Lanes512.Product(a4, digit) + Lanes512.Product(c4, otherDigit);
            ReduceOneDigit(ref t0, ref t1, ref t2, ref t3, ref t4);
        }
        WideMontgomery<TModulus> once = Carried(t0, t1, t2, t3, t4);
        return Carried(once._v0, once._v1, once._v2, once._v3, once._v4);
    }

    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out WideMontgomery<TModulus> value)
    {
        value = default;
        if (!Montgomery<TModulus, Limbs16>.TryRead(bigEndian, out _))
            return false;
        Span<ulong> limbs = stackalloc ulong[Length_bytes / sizeof(ulong) + 1];
        limbs.Clear();
        Limbs.Read(limbs[..^1], bigEndian);
        Span<long> digits = stackalloc long[Registers * Lanes];
        digits.Clear();
        for (int i = 0; i * Digit_bits < Length_bytes * 8; i++)
        {
            (int limb, int shift) = Math.DivRem(i * Digit_bits, 64);
            digits[i] = (long)(ulong)((new UInt128(limbs[limb + 1], limbs[limb]) >> shift) & (ulong)DigitMask);
        }
        value = Load(digits) * Load(TModulus.WideRSquared);
        limbs.Clear();
        digits.Clear();
        return true;
    }

    public readonly void Write(Span<byte> bigEndian) => ToReduced().Write(bigEndian);

    public static void WriteInversionExponent(Span<byte> bigEndian) =>
        Montgomery<TModulus, Limbs16>.WriteInversionExponent(bigEndian);

    public readonly ulong IsZeroMask() => ToReduced().IsZeroMask();

    /// <summary>The same element, fully reduced.</summary>
    private readonly Montgomery<TModulus, Limbs16> ToReduced()
    {
        // A product with the plain 1 leaves Montgomery form and lies in [0, m].
        WideMontgomery<TModulus> plain = this * new WideMontgomery<TModulus> { _v0 = Vector512.CreateScalar(1L) };
        ref long digits = ref FirstDigit(in plain);
        Span<ulong> limbs = stackalloc ulong[Digits * Digit_bits / 64 + 2];
        limbs.Clear();
        long carry = 0;
        for (int i = 0; i < Digits; i++)
        {
            long digit = Unsafe.Add(ref digits, i) + carry;
            carry = digit >> Digit_bits;
            (int limb, int shift) = Math.DivRem(i * Digit_bits, 64);
            UInt128 placed = (UInt128)(ulong)(digit & DigitMask) << shift;
            limbs[limb] |= (ulong)placed;
            limbs[limb + 1] |= (ulong)(placed >> 64);
        }
        Limbs16 low = default;
        Limbs16 high = default;
        int width = Length_bytes / sizeof(ulong);
        limbs[..width].CopyTo(low);
        high[0] = limbs[width];
        Montgomery<TModulus, Limbs16> reduced = Montgomery<TModulus, Limbs16>.FromPlain(in low) +
            (Montgomery<TModulus, Limbs16>.FromPlain(in high) * Montgomery<TModulus, Limbs16>.R());
        limbs.Clear();
        return reduced;
    }

    /// <summary>Adds the multiple of m that clears the lowest digit, and drops that digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceOneDigit(
        ref Vector512<long> t0, ref Vector512<long> t1, ref Vector512<long> t2, ref Vector512<long> t3,
        ref Vector512<long> t4)
    {
        ref long multiple = ref MemoryMarshal.GetReference(TModulus.Multiple);
        // m = -1 mod 2^28, so the factor is the digit itself, and digit + factor·m = factor·(m + 1) above it.
        Vector512<long> factor = Lanes512.Broadcast(t0 & Vector512.Create(DigitMask));
        Vector512<long> carry = (t0 >> Digit_bits) & Vector512.CreateScalar(-1L);
        t0 = Lanes512.Down(t1, t0) + carry + Lanes512.Product(Vector512.LoadUnsafe(ref multiple), factor);
        t1 = Lanes512.Down(t2, t1) + Lanes512.Product(Vector512.LoadUnsafe(ref multiple, Lanes), factor);
        t2 = Lanes512.Down(t3, t2) + Lanes512.Product(Vector512.LoadUnsafe(ref multiple, 2 * Lanes), factor);
        t3 = Lanes512.Down(t4, t3) + Lanes512.Product(Vector512.LoadUnsafe(ref multiple, 3 * Lanes), factor);
        t4 = Lanes512.Down(default, t4) + Lanes512.Product(Vector512.LoadUnsafe(ref multiple, 4 * Lanes), factor);
    }

    /// <summary>Every digit but the highest, which has the sign, gives what exceeds 28 bits to its neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WideMontgomery<TModulus> Carried(
        Vector512<long> t0, Vector512<long> t1, Vector512<long> t2, Vector512<long> t3, Vector512<long> t4)
    {
        Vector512<long> mask = Vector512.Create(DigitMask);
        Vector512<long> c0 = t0 >> Digit_bits, c1 = t1 >> Digit_bits, c2 = t2 >> Digit_bits, c3 = t3 >> Digit_bits;
        Vector512<long> c4 = (t4 >> Digit_bits) & Vector512.Create(-1L, -1, -1, -1, -1, 0, 0, 0);
        return new WideMontgomery<TModulus>
        {
            _v0 = (t0 & mask) + Lanes512.Up(c0, default),
            _v1 = (t1 & mask) + Lanes512.Up(c1, c0),
            _v2 = (t2 & mask) + Lanes512.Up(c2, c1),
            _v3 = (t3 & mask) + Lanes512.Up(c3, c2),
            _v4 = (t4 & Vector512.Create(DigitMask, DigitMask, DigitMask, DigitMask, DigitMask, -1, 0, 0)) + Lanes512.Up(c4, c3),
        };
    }

    private static WideMontgomery<TModulus> Load(ReadOnlySpan<long> digits)
    {
        ref long first = ref MemoryMarshal.GetReference(digits[..(Registers * Lanes)]);
        return new WideMontgomery<TModulus>
        {
            _v0 = Vector512.LoadUnsafe(ref first),
            _v1 = Vector512.LoadUnsafe(ref first, Lanes),
            _v2 = Vector512.LoadUnsafe(ref first, 2 * Lanes),
            _v3 = Vector512.LoadUnsafe(ref first, 3 * Lanes),
            _v4 = Vector512.LoadUnsafe(ref first, 4 * Lanes),
        };
    }

    private static ref long FirstDigit(in WideMontgomery<TModulus> value) =>
        ref Unsafe.As<WideMontgomery<TModulus>, long>(ref Unsafe.AsRef(in value));
}
