namespace MediaEngine.Srtp;

/// <summary>
/// How wide the vectors of <see cref="WideGcm{TRounds, TWidth}"/> are, as a type, so that the compiler makes the code of one
/// width only.
/// </summary>
internal interface IVectorWidth
{
    /// <summary>The processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>512 bits, with loads and stores under a mask; else 256 bits without masks.</summary>
    static abstract bool Is512 { get; }
}
