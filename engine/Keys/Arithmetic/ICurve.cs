namespace MediaEngine.Keys;

/// <summary>y² = x³ - 3x + b over <typeparamref name="TField"/>.</summary>
internal interface ICurve<TField>
    where TField : unmanaged, IFieldElement<TField>
{
    static abstract TField MultiplyByB(in TField value);
}
