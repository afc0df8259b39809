using System.Runtime.CompilerServices;

namespace MediaEngine.Keys;

/// <summary>
/// A point of a curve with a = -3, in homogeneous coordinates: x = X/Z, y = Y/Z, the neutral point is (0 : 1 : 0).
/// </summary>
internal struct CurvePoint<TCurve, TField> : IGroupElement<CurvePoint<TCurve, TField>>
    where TCurve : struct, ICurve<TField>
    where TField : unmanaged, IFieldElement<TField>
{
    /// <summary>The first octet of an uncompressed point (SEC 1 2.3.3).</summary>
    private const byte Uncompressed = 0x04;

    public TField X;
    public TField Y;
    public TField Z;

    /// <summary>Octets of the uncompressed form: 04 ‖ x ‖ y.</summary>
    public static int Length_bytes => 1 + 2 * TField.Length_bytes;

    public static CurvePoint<TCurve, TField> Identity => new() { Y = TField.One };

    /// <summary>
    /// The complete law of Renes, Costello and Batina (2015, algorithm 4). It has no exception between points whose order
    /// is odd, which holds for every point used here: P-256 has a prime order, SAKKE's points are of order q.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CurvePoint<TCurve, TField> Combine(
        in CurvePoint<TCurve, TField> left, in CurvePoint<TCurve, TField> right)
    {
        TField xx = left.X * right.X;
        TField yy = left.Y * right.Y;
        TField zz = left.Z * right.Z;
        TField xy = ((left.X + left.Y) * (right.X + right.Y)) - (xx + yy);
        TField yz = ((left.Y + left.Z) * (right.Y + right.Z)) - (yy + zz);
        TField xz = ((left.X + left.Z) * (right.X + right.Z)) - (xx + zz);
        TField zz3 = zz + zz + zz;
        TField near = Triple(xz - TCurve.MultiplyByB(zz));
        TField far = Triple(TCurve.MultiplyByB(xz) - (zz3 + xx));
        TField slope = (xx + xx + xx) - zz3;
        TField minus = yy - near;
        TField plus = yy + near;
        return new CurvePoint<TCurve, TField>
        {
            X = TField.SumOfProducts(plus, xy, default(TField) - far, yz),
            Y = TField.SumOfProducts(plus, minus, slope, far),
            Z = TField.SumOfProducts(minus, yz, slope, xy),
        };
    }

    public static CurvePoint<TCurve, TField> Twice(in CurvePoint<TCurve, TField> value) => Combine(value, value);

    public static CurvePoint<TCurve, TField> Negate(in CurvePoint<TCurve, TField> value) =>
        new() { X = value.X, Y = default(TField) - value.Y, Z = value.Z };

    /// <summary>False unless the octets are an uncompressed point of the curve with both coordinates below p.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out CurvePoint<TCurve, TField> point)
    {
        point = Identity;
        if (octets.Length != Length_bytes || octets[0] != Uncompressed)
            return false;
        if (!TField.TryRead(octets.Slice(1, TField.Length_bytes), out TField x) ||
            !TField.TryRead(octets[(1 + TField.Length_bytes)..], out TField y))
            return false;
        TField cubic = (x * x * x) - Triple(x) + TCurve.MultiplyByB(TField.One);
        if (FieldArithmetic.EqualMask(y * y, cubic) == 0)
            return false;
        point = new() { X = x, Y = y, Z = TField.One };
        return true;
    }

    /// <summary>Writes 04 ‖ x ‖ y; the neutral point has no such form and gives zeros for x and y.</summary>
    public readonly void Write(Span<byte> octets)
    {
        TField inverse = FieldArithmetic.Invert(Z);
        octets[0] = Uncompressed;
        (X * inverse).Write(octets[1..]);
        (Y * inverse).Write(octets[(1 + TField.Length_bytes)..]);
    }

    /// <summary>All ones for the neutral point, else zero. Not for (0 : 0 : 0), which the law gives outside its domain.</summary>
    public readonly ulong IsIdentityMask() => Z.IsZeroMask() & ~Y.IsZeroMask();

    /// <summary>All ones if both are the same point, whatever their Z, else zero.</summary>
    public static ulong EqualMask(in CurvePoint<TCurve, TField> left, in CurvePoint<TCurve, TField> right) =>
        FieldArithmetic.EqualMask(left.X * right.Z, right.X * left.Z) &
        FieldArithmetic.EqualMask(left.Y * right.Z, right.Y * left.Z);

    private static TField Triple(in TField value) => value + value + value;
}
