namespace MediaEngine.Keys;

/// <summary>
/// What <see cref="WideMontgomery{TModulus}"/> needs of a modulus p of 1024 bits: digits of 28 bits, the lowest
/// first, with zeros up to five times eight.
/// </summary>
internal interface IWideModulus : IModulus
{
    /// <summary>(m + 1) / 2^28, where m is the multiple of p below 2^1052 that is -1 mod 2^28.</summary>
    static abstract ReadOnlySpan<long> Multiple { get; }

    /// <summary>R mod p, where R = 2^1064.</summary>
    static abstract ReadOnlySpan<long> WideR { get; }

    /// <summary>R² mod p.</summary>
    static abstract ReadOnlySpan<long> WideRSquared { get; }
}
