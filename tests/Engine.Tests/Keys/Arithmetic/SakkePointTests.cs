using System.Numerics;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>SAKKE's points against the textbook's affine formulas in BigInteger, in every representation of F_p.</summary>
public class SakkePointTests
{
    private static readonly BigInteger P = FieldValues.Modulus<SakkePrime>();
    private static readonly BigInteger Order = FieldValues.Modulus<SakkeOrder>();

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void Multiples_are_those_of_the_textbook(string field) => SakkeFields.Run(field, new Multiples());

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void The_law_has_no_exceptions_and_wrong_points_are_refused(string field) =>
        SakkeFields.Run(field, new Exceptions());

    private sealed class Multiples : SakkeFields.ITest
    {
        public void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>
        {
            CurvePoint<SakkeCurve<TField>, TField>.TryRead(SakkeParameters.Generator, out var generator);
            (BigInteger X, BigInteger Y) point = (FieldValues.Write(generator.X), FieldValues.Write(generator.Y));
            var table = new FixedBaseTable<CurvePoint<SakkeCurve<TField>, TField>>(generator, 128);
            var random = new Random(3);
            byte[] scalar = new byte[128];
            for (int i = 0; i < 3; i++)
            {
                random.NextBytes(scalar);
                byte[] expected = Uncompressed(Multiply(point, new BigInteger(scalar, isUnsigned: true, isBigEndian: true)));
                byte[] octets = new byte[257];

                table.Multiply(scalar).Write(octets);
                Assert.Equal(expected, octets);
                ConstantTime.Multiply(generator, scalar).Write(octets);
                Assert.Equal(expected, octets);
            }
        }
    }

    private sealed class Exceptions : SakkeFields.ITest
    {
        public void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>
        {
            byte[] good = SakkeParameters.Generator.ToArray();
            Assert.True(CurvePoint<SakkeCurve<TField>, TField>.TryRead(good, out var g));
            var identity = CurvePoint<SakkeCurve<TField>, TField>.Identity;
            var minus = CurvePoint<SakkeCurve<TField>, TField>.Negate(g);
            Assert.NotEqual(0UL, CurvePoint<SakkeCurve<TField>, TField>.Combine(g, minus).IsIdentityMask());
            Assert.NotEqual(
                0UL,
                CurvePoint<SakkeCurve<TField>, TField>.EqualMask(
                    g, CurvePoint<SakkeCurve<TField>, TField>.Combine(g, identity)));
            Assert.NotEqual(0UL, ConstantTime.Multiply(g, FieldValues.Octets(Order, 128)).IsIdentityMask());
            Assert.Equal(0UL, CurvePoint<SakkeCurve<TField>, TField>.EqualMask(g, minus));
            // The law's own failure must not pass for the neutral point.
            Assert.Equal(0UL, default(CurvePoint<SakkeCurve<TField>, TField>).IsIdentityMask());

            byte[] prime = FieldValues.Octets(P, 128);
            Assert.False(CurvePoint<SakkeCurve<TField>, TField>.TryRead([0x04, .. good[129..], .. good[1..129]], out _));
            Assert.False(CurvePoint<SakkeCurve<TField>, TField>.TryRead([0x04, .. prime, .. new byte[128]], out _));
            Assert.False(CurvePoint<SakkeCurve<TField>, TField>.TryRead([0x05, .. good[1..]], out _));
            Assert.False(CurvePoint<SakkeCurve<TField>, TField>.TryRead(good.AsSpan(0, 256), out _));
        }
    }

    private static byte[] Uncompressed((BigInteger X, BigInteger Y) point) =>
        [0x04, .. FieldValues.Octets(point.X, 128), .. FieldValues.Octets(point.Y, 128)];

    private static (BigInteger X, BigInteger Y) Multiply((BigInteger X, BigInteger Y) point, BigInteger scalar)
    {
        (BigInteger X, BigInteger Y) sum = point;
        for (int bit = (int)scalar.GetBitLength() - 2; bit >= 0; bit--)
        {
            sum = Add(sum, sum, 3 * ((sum.X * sum.X) - 1), 2 * sum.Y);
            if (!(scalar >> bit).IsEven)
                sum = Add(sum, point, sum.Y - point.Y, sum.X - point.X);
        }
        return sum;
    }

    private static (BigInteger X, BigInteger Y) Add(
        (BigInteger X, BigInteger Y) left, (BigInteger X, BigInteger Y) right, BigInteger rise, BigInteger run)
    {
        BigInteger gradient = rise * Inverse(Reduce(run));
        BigInteger x = Reduce((gradient * gradient) - left.X - right.X);
        return (x, Reduce((gradient * (left.X - x)) - left.Y));
    }

    // Euclid's: ModPow would take a minute.
    private static BigInteger Inverse(BigInteger value)
    {
        (BigInteger A, BigInteger B) remainder = (P, value);
        (BigInteger A, BigInteger B) factor = (0, 1);
        while (!remainder.B.IsZero)
        {
            BigInteger quotient = remainder.A / remainder.B;
            remainder = (remainder.B, remainder.A - (quotient * remainder.B));
            factor = (factor.B, factor.A - (quotient * factor.B));
        }
        return Reduce(factor.A);
    }

    private static BigInteger Reduce(BigInteger value) => ((value % P) + P) % P;
}
