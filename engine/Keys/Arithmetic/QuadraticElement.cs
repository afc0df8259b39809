using System.Runtime.CompilerServices;

namespace MediaEngine.Keys;

/// <summary>
/// a + ib with i² = -1, seen as an element of PF_p = F_p²* / F_p* (RFC 6508 2.1): a factor of F_p makes no difference.
/// </summary>
internal struct QuadraticElement<TField> : IGroupElement<QuadraticElement<TField>>
    where TField : unmanaged, IFieldElement<TField>
{
    public TField Real;
    public TField Imaginary;

    public static QuadraticElement<TField> Identity => new() { Real = TField.One };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static QuadraticElement<TField> Combine(
        in QuadraticElement<TField> left, in QuadraticElement<TField> right) => new()
        {
            Real = TField.SumOfProducts(left.Real, right.Real, default(TField) - left.Imaginary, right.Imaginary),
            Imaginary = TField.SumOfProducts(left.Real, right.Imaginary, left.Imaginary, right.Real),
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static QuadraticElement<TField> Twice(in QuadraticElement<TField> value) => new()
    {
        Real = (value.Real + value.Imaginary) * (value.Real - value.Imaginary),
        Imaginary = (value.Real + value.Real) * value.Imaginary,
    };

    /// <summary>The representative b/a of RFC 6508 2.1; 0 if a is 0.</summary>
    public readonly TField Representative() => Imaginary * FieldArithmetic.Invert(Real);
}
