using System.Numerics;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Every field against BigInteger, over edge values and random ones.</summary>
public class FieldElementTests
{
    private const int RandomValues = 24;

    [Fact]
    public void The_prime_of_P256_calculates_as_BigInteger() => Compare<Montgomery<P256Prime, Limbs4>, P256Prime>();

    [Fact]
    public void The_order_of_P256_calculates_as_BigInteger() => Compare<Montgomery<P256Order, Limbs4>, P256Order>();

    [Fact]
    public void The_prime_of_SAKKE_calculates_as_BigInteger() => Compare<Montgomery<SakkePrime, Limbs16>, SakkePrime>();

    [Fact]
    public void The_order_of_SAKKE_calculates_as_BigInteger() => Compare<Montgomery<SakkeOrder, Limbs16>, SakkeOrder>();

    [Fact]
    public void The_wide_digits_calculate_as_BigInteger()
    {
        Assert.SkipUnless(WideMontgomery<SakkePrime>.IsSupported, "needs AVX-512");
        Compare<WideMontgomery<SakkePrime>, SakkePrime>();
    }

    private static void Compare<T, TModulus>()
        where T : unmanaged, IFieldElement<T>
        where TModulus : struct, IModulus
    {
        BigInteger modulus = FieldValues.Modulus<TModulus>();
        BigInteger[] values = FieldValues.For(modulus, T.Length_bytes, RandomValues);
        foreach (BigInteger a in values)
        {
            T x = FieldValues.Read<T>(a);
            Assert.Equal(a, FieldValues.Write(x));
            Assert.Equal(a.IsZero ? ulong.MaxValue : 0, x.IsZeroMask());
            Assert.Equal(BigInteger.ModPow(a, modulus - 2, modulus), FieldValues.Write(FieldArithmetic.Invert(x)));
            foreach (BigInteger b in values)
            {
                T y = FieldValues.Read<T>(b);
                Assert.Equal((a + b) % modulus, FieldValues.Write(x + y));
                Assert.Equal((a - b + modulus) % modulus, FieldValues.Write(x - y));
                Assert.Equal(a * b % modulus, FieldValues.Write(x * y));
                Assert.Equal(
                    ((a * b) + ((a + b) * (b - a + modulus))) % modulus,
                    FieldValues.Write(T.SumOfProducts(x, y, x + y, y - x)));
                Assert.Equal(a == b ? ulong.MaxValue : 0, FieldArithmetic.EqualMask(x, y));
            }
        }
        Assert.Equal(BigInteger.One, FieldValues.Write(T.One));
    }
}
