namespace MediaEngine.Keys;

/// <summary>
/// An element of a prime field. Every operation takes the same time and touches the same memory whatever the values;
/// only <see cref="TryRead"/>'s answer, and what a caller does with a mask, can depend on them.
/// </summary>
internal interface IFieldElement<T>
    where T : unmanaged, IFieldElement<T>
{
    /// <summary>Octets of the big-endian form.</summary>
    static abstract int Length_bytes { get; }

    static abstract T One { get; }

    static abstract T operator +(in T left, in T right);

    static abstract T operator -(in T left, in T right);

    static abstract T operator *(in T left, in T right);

    /// <summary>a·b + c·d.</summary>
    static abstract T SumOfProducts(in T a, in T b, in T c, in T d);

    /// <summary>False for another length and for values not below the modulus.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> bigEndian, out T value);

    /// <summary>Writes <see cref="Length_bytes"/> octets, big-endian.</summary>
    void Write(Span<byte> bigEndian);

    /// <summary>The modulus less two, big-endian: the exponent of an inversion.</summary>
    static abstract void WriteInversionExponent(Span<byte> bigEndian);

    /// <summary>All ones if the value is zero, else zero.</summary>
    ulong IsZeroMask();
}
