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
        Assert.SkipUnless(WideMontgomery<SakkePrime>.IsSupported, "needs AVX2");
        Compare<WideMontgomery<SakkePrime>, SakkePrime>();
    }

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void Sums_of_many_may_be_multiplied(string field) => SakkeFields.Run(field, new LongSums());

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

    /// <summary>As many summands on either side, of either sign, as the widest representation allows.</summary>
    private sealed class LongSums : SakkeFields.ITest
    {
        public void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>
        {
            const int Doublings = 5;
            BigInteger modulus = FieldValues.Modulus<SakkePrime>();
            foreach (BigInteger value in FieldValues.For(modulus, TField.Length_bytes, 20))
            {
                TField positive = FieldValues.Read<TField>(value);
                TField negative = default(TField) - positive;
                for (int i = 0; i < Doublings; i++)
                {
                    positive = positive + positive;
                    negative = negative + negative;
                }
                BigInteger square = value * value * (1 << (2 * Doublings)) % modulus;
                Assert.Equal(square, FieldValues.Write(positive * positive));
                Assert.Equal(square, FieldValues.Write(negative * negative));
                Assert.Equal(
                    2 * square % modulus,
                    FieldValues.Write(TField.SumOfProducts(positive, positive, negative, negative)));
                Assert.Equal(
                    (modulus - (2 * square % modulus)) % modulus,
                    FieldValues.Write(TField.SumOfProducts(positive, negative, negative, positive)));
            }
        }
    }
}
