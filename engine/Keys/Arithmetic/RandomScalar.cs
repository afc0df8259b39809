using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>Uniform scalars out of an entropy source.</summary>
internal static class RandomScalar
{
    private const int MaxTries = 256;

    /// <summary>
    /// Fills <paramref name="scalar"/> with a big-endian integer from <paramref name="least"/> up to the field's modulus
    /// less one. Candidates that do not fit are thrown away whole, so that the rest stay equally likely.
    /// </summary>
    /// <param name="least">1 or 2.</param>
    /// <param name="topOctetMask">The bits of the first octet that the modulus has.</param>
    /// <exception cref="InvalidOperationException">The source cannot be random: nothing fitted.</exception>
    public static TField Draw<TField>(IEntropy entropy, int least, byte topOctetMask, Span<byte> scalar)
        where TField : unmanaged, IFieldElement<TField>
    {
        for (int i = 0; i < MaxTries; i++)
        {
            entropy.Fill(scalar);
            scalar[0] &= topOctetMask;
            if (TField.TryRead(scalar, out TField value) && value.IsZeroMask() == 0 &&
                (least < 2 || FieldArithmetic.EqualMask(value, TField.One) == 0))
                return value;
        }
        throw new InvalidOperationException("The entropy source gives no usable scalar.");
    }
}
