namespace MediaEngine.Keys;

/// <summary>An odd modulus and what Montgomery multiplication needs beside it; limbs of 64 bits, the lowest first.</summary>
internal interface IModulus
{
    static abstract ReadOnlySpan<ulong> Value { get; }

    /// <summary>-1 / modulus mod 2^64.</summary>
    static abstract ulong NegativeInverse { get; }

    /// <summary>R mod modulus, where R = 2^(64·limbs).</summary>
    static abstract ReadOnlySpan<ulong> R { get; }

    /// <summary>R² mod modulus.</summary>
    static abstract ReadOnlySpan<ulong> RSquared { get; }
}
