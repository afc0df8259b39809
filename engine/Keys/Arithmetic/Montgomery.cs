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

    public static Montgomery<TModulus, TLimbs> One => FromMontgomeryForm(TModulus.R);

    /// <summary>A constant whose limbs are already in Montgomery form.</summary>
    public static Montgomery<TModulus, TLimbs> FromMontgomeryForm(ReadOnlySpan<ulong> limbs) => new() { _limbs = Constant(limbs) };

    public static Montgomery<TModulus, TLimbs> operator +(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right) =>
        new() { _limbs = Limbs.AddModulo(in left._limbs, in right._limbs, TModulus.Value) };

    public static Montgomery<TModulus, TLimbs> operator -(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right) =>
        new() { _limbs = Limbs.SubtractModulo(in left._limbs, in right._limbs, TModulus.Value) };

    public static Montgomery<TModulus, TLimbs> operator *(
        in Montgomery<TModulus, TLimbs> left, in Montgomery<TModulus, TLimbs> right) =>
        Product(in left._limbs, in right._limbs);

    public static Montgomery<TModulus, TLimbs> SumOfProducts(
        in Montgomery<TModulus, TLimbs> a, in Montgomery<TModulus, TLimbs> b,
        in Montgomery<TModulus, TLimbs> c, in Montgomery<TModulus, TLimbs> d) => (a * b) + (c * d);

    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out Montgomery<TModulus, TLimbs> value)
    {
        value = default;
        if (bigEndian.Length != Length_bytes)
            return false;
        TLimbs plain = default;
        Limbs.Read(Span(ref plain), bigEndian);
        value = FromPlain(in plain);
        return Limbs.IsBelow(in plain, TModulus.Value) != 0;
    }

    /// <summary>Any big-endian value of this length or shorter, modulo the modulus.</summary>
    public static Montgomery<TModulus, TLimbs> Reduce(ReadOnlySpan<byte> bigEndian)
    {
        Span<byte> padded = stackalloc byte[Unsafe.SizeOf<TLimbs>()];
        padded.Clear();
        bigEndian.CopyTo(padded[(padded.Length - bigEndian.Length)..]);
        TLimbs plain = default;
        Limbs.Read(Span(ref plain), padded);
        padded.Clear();
        return FromPlain(in plain);
    }

    /// <summary>A plain integer below R, modulo the modulus.</summary>
    public static Montgomery<TModulus, TLimbs> FromPlain(ref readonly TLimbs limbs) =>
        Product(in limbs, in Constant(TModulus.RSquared));

    /// <summary>2^(64·limbs).</summary>
    public static Montgomery<TModulus, TLimbs> R() => FromPlain(in Constant(TModulus.R));

    public readonly void Write(Span<byte> bigEndian)
    {
        TLimbs one = default;
        Span(ref one)[0] = 1;
        TLimbs plain = Product(in _limbs, in one)._limbs;
        Limbs.Write(Span(ref plain), bigEndian);
        Span(ref plain).Clear();
    }

    public static void WriteInversionExponent(Span<byte> bigEndian)
    {
        Limbs.Write(TModulus.Value, bigEndian);
        // No borrow: the moduli in use end in more than 1.
        bigEndian[Length_bytes - 1] -= 2;
    }

    // Reduced fully, so only zero is zero.
    public readonly ulong IsZeroMask()
    {
        TLimbs limbs = _limbs;
        return Limbs.IsZeroMask(Span(ref limbs));
    }

    private static Montgomery<TModulus, TLimbs> Product(ref readonly TLimbs left, ref readonly TLimbs right) =>
        new() { _limbs = Limbs.MultiplyMontgomery(in left, in right, TModulus.Value, TModulus.NegativeInverse) };

    private static Span<ulong> Span(ref TLimbs limbs) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<TLimbs, ulong>(ref limbs), Unsafe.SizeOf<TLimbs>() / sizeof(ulong));

    private static ref readonly TLimbs Constant(ReadOnlySpan<ulong> limbs) =>
        ref MemoryMarshal.AsRef<TLimbs>(MemoryMarshal.AsBytes(limbs));
}
