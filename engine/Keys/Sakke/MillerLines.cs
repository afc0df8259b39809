namespace MediaEngine.Keys;

/// <summary>
/// The first argument of the Tate-Lichtenbaum pairing (RFC 6508 3.2), worked off once: the lines of its Miller loop, so
/// that each pairing only evaluates them. The lines of a secret point are secret.
/// </summary>
/// <remarks>
/// A line through the running point with gradient l, taken at (-x, iy), is (l·x + c) + iy, c being l·X - Y of the point.
/// Where RFC 6508 reads q - 1 in binary, this reads its non-adjacent form: subtracting the point leaves out factors of
/// F_p only, which are nothing in PF_p, and needs a third fewer lines.
/// </remarks>
internal sealed class MillerLines<TField> : IDisposable
    where TField : unmanaged, IFieldElement<TField>
{
    private static readonly sbyte[] LoopDigits = MakeLoopDigits();
    private static readonly int LineCount = LoopDigits.Length + LoopDigits.Count(digit => digit != 0);

    private readonly TField[] _gradients = GC.AllocateArray<TField>(LineCount, pinned: true);
    private readonly TField[] _constants = GC.AllocateArray<TField>(LineCount, pinned: true);

    /// <param name="x">Affine x of a point of order q.</param>
    /// <param name="y">Affine y.</param>
    public MillerLines(in TField x, in TField y)
    {
        TField[] denominators = GC.AllocateArray<TField>(LineCount, pinned: true);
        var point = new CurvePoint<SakkeCurve<TField>, TField> { X = x, Y = y, Z = TField.One };
        CurvePoint<SakkeCurve<TField>, TField> current = point;
        int line = 0;
        foreach (sbyte digit in LoopDigits)
        {
            Tangent(current, out _gradients[line], out _constants[line], out denominators[line]);
            line++;
            current = CurvePoint<SakkeCurve<TField>, TField>.Twice(current);
            if (digit == 0)
                continue;
            CurvePoint<SakkeCurve<TField>, TField> step =
                digit > 0 ? point : CurvePoint<SakkeCurve<TField>, TField>.Negate(point);
            Chord(current, step, out _gradients[line], out _constants[line], out denominators[line]);
            line++;
            current = CurvePoint<SakkeCurve<TField>, TField>.Combine(current, step);
        }
        // A denominator is zero only for a point of another order; then all lines are, and no pairing comes out right.
        FieldArithmetic.InvertAll<TField>(denominators);
        for (int i = 0; i < LineCount; i++)
        {
            _gradients[i] = _gradients[i] * denominators[i];
            _constants[i] = _constants[i] * denominators[i];
        }
        denominators.AsSpan().Clear();
    }

    /// <summary>The pairing with the point (x, y), as its representative in F_p.</summary>
    public TField Pair(in TField x, in TField y)
    {
        QuadraticElement<TField> value = QuadraticElement<TField>.Identity;
        int line = 0;
        foreach (sbyte digit in LoopDigits)
        {
            value = QuadraticElement<TField>.Combine(QuadraticElement<TField>.Twice(value), At(line++, x, y));
            if (digit != 0)
                value = QuadraticElement<TField>.Combine(value, At(line++, x, y));
        }
        // The final power is (p + 1) / q = 4.
        value = QuadraticElement<TField>.Twice(QuadraticElement<TField>.Twice(value));
        return value.Representative();
    }

    public void Dispose()
    {
        _gradients.AsSpan().Clear();
        _constants.AsSpan().Clear();
    }

    private QuadraticElement<TField> At(int line, in TField x, in TField y) =>
        new() { Real = (_gradients[line] * x) + _constants[line], Imaginary = y };

    // Gradient (3X² - 3Z²) / 2YZ, everything over 2YZ².
    private static void Tangent(
        in CurvePoint<SakkeCurve<TField>, TField> point, out TField gradient, out TField constant, out TField denominator)
    {
        TField slope = (point.X - point.Z) * (point.X + point.Z);
        slope = slope + slope + slope;
        TField twiceYZ = (point.Y + point.Y) * point.Z;
        gradient = slope * point.Z;
        constant = (slope * point.X) - (twiceYZ * point.Y);
        denominator = twiceYZ * point.Z;
    }

    // Gradient (Y - yZ) / (X - xZ), where (x, y) is the step.
    private static void Chord(
        in CurvePoint<SakkeCurve<TField>, TField> point, in CurvePoint<SakkeCurve<TField>, TField> step,
        out TField gradient, out TField constant, out TField denominator)
    {
        gradient = point.Y - (step.Y * point.Z);
        denominator = point.X - (step.X * point.Z);
        constant = (gradient * step.X) - (step.Y * denominator);
    }

    // The non-adjacent form of n = q - 1 below its highest digit, from the top: digit i is bit i+1 of 3n less that of n.
    private static sbyte[] MakeLoopDigits()
    {
        ReadOnlySpan<ulong> order = SakkeOrder.Value;
        Span<ulong> n = stackalloc ulong[order.Length];
        Span<ulong> tripled = stackalloc ulong[order.Length];
        order.CopyTo(n);
        n[0]--;
        UInt128 carry = 0;
        for (int i = 0; i < n.Length; i++)
        {
            carry += (UInt128)n[i] * 3;
            tripled[i] = (ulong)carry;
            carry >>= 64;
        }
        var digits = new List<sbyte>();
        for (int bit = n.Length * 64 - 1; bit > 0; bit--)
            digits.Add((sbyte)(Bit(tripled, bit) - Bit(n, bit)));
        return [.. digits.SkipWhile(digit => digit == 0).Skip(1)];
    }

    private static int Bit(ReadOnlySpan<ulong> value, int bit) => (int)(value[bit / 64] >> (bit % 64)) & 1;
}
