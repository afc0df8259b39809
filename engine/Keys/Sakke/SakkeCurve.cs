namespace MediaEngine.Keys;

/// <summary>y² = x³ - 3x over F_p (RFC 6508 3.1).</summary>
internal readonly struct SakkeCurve<TField> : ICurve<TField>
    where TField : unmanaged, IFieldElement<TField>
{
    public static TField MultiplyByB(in TField value) => default;
}
