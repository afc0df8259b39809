namespace MediaEngine.Keys;

/// <summary>What follows from the field operations alone.</summary>
internal static class FieldArithmetic
{
    private const int Window_bits = 4;

    /// <summary>1 / value, and 0 for 0: value^(p-2). The exponent is public, the value is not.</summary>
    public static T Invert<T>(in T value)
        where T : unmanaged, IFieldElement<T>
    {
        Span<byte> exponent = stackalloc byte[T.Length_bytes];
        T.WriteInversionExponent(exponent);
        Span<T> powers = stackalloc T[1 << Window_bits];
        powers[0] = T.One;
        for (int i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * value;
        T result = T.One;
        foreach (byte octet in exponent)
        {
            result = RaiseBySixteen(result) * powers[octet >> Window_bits];
            result = RaiseBySixteen(result) * powers[octet & 0xF];
        }
        powers.Clear();
        return result;
    }

    /// <summary>The inverses of all of them, by one inversion; none may be zero.</summary>
    public static void InvertAll<T>(Span<T> values)
        where T : unmanaged, IFieldElement<T>
    {
        T[] products = GC.AllocateUninitializedArray<T>(values.Length, pinned: true);
        T product = T.One;
        for (int i = 0; i < values.Length; i++)
        {
            products[i] = product;
            product = product * values[i];
        }
        T inverse = Invert(product);
        for (int i = values.Length - 1; i >= 0; i--)
        {
            T value = values[i];
            values[i] = inverse * products[i];
            inverse = inverse * value;
        }
        products.AsSpan().Clear();
    }

    /// <summary>All ones if both are the same element, else zero.</summary>
    public static ulong EqualMask<T>(in T left, in T right)
        where T : unmanaged, IFieldElement<T> => (left - right).IsZeroMask();

    private static T RaiseBySixteen<T>(in T value)
        where T : unmanaged, IFieldElement<T>
    {
        T square = value * value;
        square = square * square;
        square = square * square;
        return square * square;
    }
}
