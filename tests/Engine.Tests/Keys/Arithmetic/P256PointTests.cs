using System.Numerics;
using MediaEngine.Keys;
using Xunit;
using Field = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>;
using Point = MediaEngine.Keys.CurvePoint<
    MediaEngine.Keys.P256Curve, MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>>;

namespace MediaEngine.Engine.Tests.Keys;

public class P256PointTests
{
    private static readonly BigInteger Order = FieldValues.Modulus<P256Order>();

    [Fact]
    public void Sums_of_multiples_are_those_of_libcrypto()
    {
        Assert.SkipUnless(LibcryptoCurve.IsAvailable, "needs libssl3");
        var random = new Random(2);
        byte[] point = P256Curve.Generator.ToArray();
        foreach (BigInteger edge in FieldValues.For(Order, P256Curve.Scalar_bytes, 40).Where(value => value > 1))
        {
            byte[] first = FieldValues.Octets(edge, P256Curve.Scalar_bytes);
            byte[] second = new byte[P256Curve.Scalar_bytes];
            random.NextBytes(second);
            byte[] expected = LibcryptoCurve.Multiply(first, point, second);
            Assert.True(Point.TryRead(point, out Point other));
            var table = new FixedBaseTable<Point>(other, P256Curve.Scalar_bytes);

            Assert.Equal(expected, Octets(P256Curve.GeneratorTable.MultiplyAndAdd(first, table, second)));
            Assert.Equal(
                expected,
                Octets(Point.Combine(P256Curve.GeneratorTable.Multiply(first), ConstantTime.Multiply(other, second))));
            point = expected;
        }
    }

    [Fact]
    public void The_law_has_no_exceptions()
    {
        Assert.True(Point.TryRead(P256Curve.Generator, out Point g));
        Point minus = Point.Negate(g);
        Point twice = Point.Combine(g, g);

        Assert.NotEqual(0UL, Point.Combine(g, minus).IsIdentityMask());
        Assert.NotEqual(0UL, Point.EqualMask(g, Point.Combine(g, Point.Identity)));
        Assert.NotEqual(0UL, Point.EqualMask(g, Point.Combine(twice, minus)));
        Assert.NotEqual(0UL, Point.Combine(Point.Identity, Point.Identity).IsIdentityMask());
        Assert.Equal(0UL, Point.EqualMask(g, minus));
        Assert.Equal(0UL, Point.EqualMask(g, twice));
    }

    [Fact]
    public void The_order_and_nothing_give_the_neutral_point()
    {
        Assert.True(Point.TryRead(P256Curve.Generator, out Point g));
        byte[] order = FieldValues.Octets(Order, P256Curve.Scalar_bytes);
        byte[] less = FieldValues.Octets(Order - 1, P256Curve.Scalar_bytes);

        Assert.NotEqual(0UL, ConstantTime.Multiply(g, order).IsIdentityMask());
        Assert.NotEqual(0UL, P256Curve.GeneratorTable.Multiply(order).IsIdentityMask());
        Assert.NotEqual(0UL, P256Curve.GeneratorTable.Multiply(new byte[P256Curve.Scalar_bytes]).IsIdentityMask());
        Assert.NotEqual(0UL, Point.EqualMask(Point.Negate(g), P256Curve.GeneratorTable.Multiply(less)));
    }

    [Fact]
    public void Another_point_of_the_plane_another_form_and_coordinates_from_p_on_are_refused()
    {
        byte[] good = P256Curve.Generator.ToArray();
        BigInteger p = FieldValues.Modulus<P256Prime>();
        byte[] prime = FieldValues.Octets(p, P256Curve.Scalar_bytes);
        // x = 0 is on the curve, so p in its place is the same point, written wrongly.
        Assert.True(Point.TryRead(good, out _));
        Assert.False(Point.TryRead([0x04, .. good[33..], .. good[1..33]], out _));
        Assert.False(Point.TryRead([0x04, .. good[1..33], .. prime], out _));
        Assert.False(Point.TryRead([0x04, .. prime, .. YAtZero(p)], out _));
        Assert.True(Point.TryRead([0x04, .. new byte[32], .. YAtZero(p)], out _));
        foreach (byte form in new byte[] { 0x00, 0x02, 0x03, 0x05, 0x06, 0x07, 0xFF })
            Assert.False(Point.TryRead([form, .. good[1..]], out _));
        Assert.False(Point.TryRead(good.AsSpan(0, 64), out _));
        Assert.False(Point.TryRead([.. good, 0], out _));
        Assert.False(Point.TryRead([], out _));
    }

    private static byte[] YAtZero(BigInteger p)
    {
        BigInteger b = FieldValues.Write(P256Curve.MultiplyByB(Field.One));
        return FieldValues.Octets(BigInteger.ModPow(b, (p + 1) / 4, p), P256Curve.Scalar_bytes);
    }

    private static byte[] Octets(Point point)
    {
        byte[] octets = new byte[P256Curve.Point_bytes];
        point.Write(octets);
        return octets;
    }
}
