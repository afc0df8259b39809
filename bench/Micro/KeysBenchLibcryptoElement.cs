using System.Runtime.InteropServices;
using MediaEngine.Keys;
using Reduced = MediaEngine.Keys.Montgomery<MediaEngine.Keys.SakkePrime, MediaEngine.Keys.Limbs16>;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// SAKKE's F_p with its products made by libcrypto's BN_mod_mul_montgomery. Its Montgomery form is the same as
/// <see cref="Reduced"/>'s, so the limbs are lent to it as they lie; everything else is ours.
/// </summary>
internal unsafe partial struct LibcryptoElement : IFieldElement<LibcryptoElement>
{
    private const string Library = "libcrypto.so.3";
    private const int Limbs = 16;
    private static readonly nint Context;
    private static readonly nint Modulus;
    private Reduced _value;

    static LibcryptoElement()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(LibcryptoElement).Assembly, null, out _))
            return;
        ReadOnlySpan<byte> littleEndian = MemoryMarshal.AsBytes(SakkePrime.Value);
        fixed (byte* octets = littleEndian)
        {
            Context = NewContext();
            Modulus = NewModulus();
            if (SetModulus(Modulus, FromLittleEndian(octets, littleEndian.Length, 0), Context) != 1)
                throw new InvalidOperationException("BN_MONT_CTX_set failed.");
        }
    }

    public static bool IsAvailable => Modulus != 0;

    public static int Length_bytes => Reduced.Length_bytes;

    public static LibcryptoElement One => new() { _value = Reduced.One };

    public static LibcryptoElement operator +(in LibcryptoElement left, in LibcryptoElement right) =>
        new() { _value = left._value + right._value };

    public static LibcryptoElement operator -(in LibcryptoElement left, in LibcryptoElement right) =>
        new() { _value = left._value - right._value };

    public static LibcryptoElement operator *(in LibcryptoElement left, in LibcryptoElement right)
    {
        LibcryptoElement product = default;
        fixed (Reduced* a = &left._value, b = &right._value)
        {
            var x = new Number(a);
            var y = new Number(b);
            var z = new Number(&product._value);
            _ = MultiplyMontgomery(&z, &x, &y, Modulus, Context);
        }
        return product;
    }

    public static LibcryptoElement SumOfProducts(
        in LibcryptoElement a, in LibcryptoElement b, in LibcryptoElement c, in LibcryptoElement d) => (a * b) + (c * d);

    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out LibcryptoElement value)
    {
        bool read = Reduced.TryRead(bigEndian, out Reduced reduced);
        value = new() { _value = reduced };
        return read;
    }

    public readonly void Write(Span<byte> bigEndian) => _value.Write(bigEndian);

    public static void WriteInversionExponent(Span<byte> bigEndian) => Reduced.WriteInversionExponent(bigEndian);

    public readonly ulong IsZeroMask() => _value.IsZeroMask();

    [LibraryImport(Library, EntryPoint = "BN_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "BN_MONT_CTX_new")]
    private static partial nint NewModulus();

    [LibraryImport(Library, EntryPoint = "BN_MONT_CTX_set")]
    private static partial int SetModulus(nint context, nint modulus, nint scratch);

    [LibraryImport(Library, EntryPoint = "BN_lebin2bn")]
    private static partial nint FromLittleEndian(byte* octets, int length, nint number);

    // It neither blocks nor calls back, so it is spared the runtime's transition.
    [LibraryImport(Library, EntryPoint = "BN_mod_mul_montgomery")]
    [SuppressGCTransition]
    private static partial int MultiplyMontgomery(Number* result, Number* left, Number* right, nint modulus, nint context);

    /// <summary>bignum_st of OpenSSL 3, over limbs that are not its own.</summary>
    private struct Number(Reduced* limbs)
    {
        private const int StaticData = 2;

        public Reduced* Data = limbs;
        public int Top = UsedLimbs((ulong*)limbs);
        public int Capacity = Limbs;
        public int Negative = 0;
        public int Flags = StaticData;

        private static int UsedLimbs(ulong* limbs)
        {
            int used = Limbs;
            while (used > 0 && limbs[used - 1] == 0)
                used--;
            return used;
        }
    }
}
