using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Keys;

/// <summary>An integer modulo <typeparamref name="TModulus"/>, always fully reduced, in Montgomery form.</summary>
/// <typeparam name="TLimbs">An inline array of 64-bit limbs, as many as the modulus has.</typeparam>
internal struct Montgomery<TModulus, TLimbs> : IFieldElement<Montgomery<TModulus, TLimbs>>
    where TModulus : struct, IModulus
    where TLimbs : unmanaged
{
    private TLimbs _limbs;

    public static int Length_bytes => Unsafe.SizeOf<TLimbs>();

    public static Montgomery<TModulus, TLimbs> One
    {
        get
        {
            Montgomery<TModulus, TLimbs> one = default;
            TModulus.R.CopyTo(Span(ref one));
            return one;
        }
    }

    private static int Count => Unsafe.SizeOf<TLimbs>() / sizeof(ulong);

    public static Montgomery<TModulus, TLimbs> operator +(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right)
    {
        Unsafe.SkipInit(out Montgomery<TModulus, TLimbs> sum);
        Limbs.AddModulo(Span(ref sum), View(in left), View(in right), TModulus.Value);
        return sum;
    }

    public static Montgomery<TModulus, TLimbs> operator -(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right)
    {
        Unsafe.SkipInit(out Montgomery<TModulus, TLimbs> difference);
        Limbs.SubtractModulo(Span(ref difference), View(in left), View(in right), TModulus.Value);
        return difference;
    }

    public static Montgomery<TModulus, TLimbs> operator *(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right)
    {
        Unsafe.SkipInit(out Montgomery<TModulus, TLimbs> product);
        Limbs.MultiplyMontgomery(
            Span(ref product), View(in left), View(in right), TModulus.Value, TModulus.NegativeInverse);
        return product;
    }

    public static Montgomery<TModulus, TLimbs> SumOfProducts(
        in Montgomery<TModulus, TLimbs> a, in Montgomery<TModulus, TLimbs> b,
        in Montgomery<TModulus, TLimbs> c, in Montgomery<TModulus, TLimbs> d) => (a * b) + (c * d);

    public static Montgomery<TModulus, TLimbs> Select(
        ulong mask, in Montgomery<TModulus, TLimbs> whenSet, in Montgomery<TModulus, TLimbs> otherwise)
    {
        Unsafe.SkipInit(out Montgomery<TModulus, TLimbs> chosen);
        Span<ulong> result = Span(ref chosen);
        ReadOnlySpan<ulong> set = View(in whenSet);
        ReadOnlySpan<ulong> other = View(in otherwise);
        for (int i = 0; i < result.Length; i++)
            result[i] = (set[i] & mask) | (other[i] & ~mask);
        return chosen;
    }

    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out Montgomery<TModulus, TLimbs> value)
    {
        value = default;
        if (bigEndian.Length != Length_bytes)
            return false;
        Montgomery<TModulus, TLimbs> plain = default;
        Montgomery<TModulus, TLimbs> difference = default;
        Limbs.Read(Span(ref plain), bigEndian);
        ulong below = Limbs.Subtract(Span(ref difference), View(in plain), TModulus.Value);
        value = FromPlain(View(in plain));
        return below != 0;
    }

    /// <summary>Any big-endian value of this length or shorter, modulo the modulus.</summary>
    public static Montgomery<TModulus, TLimbs> Reduce(ReadOnlySpan<byte> bigEndian)
    {
        Span<byte> padded = stackalloc byte[Unsafe.SizeOf<TLimbs>()];
        padded.Clear();
        bigEndian.CopyTo(padded[(padded.Length - bigEndian.Length)..]);
        Montgomery<TModulus, TLimbs> plain = default;
        Limbs.Read(Span(ref plain), padded);
        padded.Clear();
        return FromPlain(View(in plain));
    }

    /// <summary>Limbs of a plain integer below R, modulo the modulus.</summary>
    public static Montgomery<TModulus, TLimbs> FromPlain(ReadOnlySpan<ulong> limbs)
    {
        Unsafe.SkipInit(out Montgomery<TModulus, TLimbs> value);
        Limbs.MultiplyMontgomery(
            Span(ref value), limbs, TModulus.RSquared, TModulus.Value, TModulus.NegativeInverse);
        return value;
    }

    /// <summary>Limbs of the plain integer.</summary>
    public readonly void ToPlain(Span<ulong> limbs)
    {
        Span<ulong> one = stackalloc ulong[Count];
        one.Clear();
        one[0] = 1;
        Limbs.MultiplyMontgomery(limbs, View(in this), one, TModulus.Value, TModulus.NegativeInverse);
    }

    public readonly void Write(Span<byte> bigEndian)
    {
        Span<ulong> plain = stackalloc ulong[Count];
        ToPlain(plain);
        Limbs.Write(plain, bigEndian);
        plain.Clear();
    }

    public static void WriteInversionExponent(Span<byte> bigEndian)
    {
        Limbs.Write(TModulus.Value, bigEndian);
        // No borrow: an odd modulus in use here ends in more than 1.
        bigEndian[Length_bytes - 1] -= 2;
    }

    // Reduced fully, so only zero is zero.
    public readonly ulong IsZeroMask() => Limbs.IsZeroMask(View(in this));

    private static Span<ulong> Span(ref Montgomery<TModulus, TLimbs> value) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<TLimbs, ulong>(ref value._limbs), Count);

    private static ReadOnlySpan<ulong> View(in Montgomery<TModulus, TLimbs> value) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TLimbs, ulong>(ref Unsafe.AsRef(in value._limbs)), Count);
}
