namespace MediaEngine.Keys;

/// <summary>SAKKE over one representation of F_p; the best that this processor has is chosen once.</summary>
internal abstract class SakkeArithmetic
{
    public static SakkeArithmetic Preferred { get; } = WideMontgomery<SakkePrime>.IsSupported
        ? new SakkeArithmetic<WideMontgomery<SakkePrime>>()
        : new SakkeArithmetic<Montgomery<SakkePrime, Limbs16>>();

    /// <summary>The representation, for reports.</summary>
    public abstract string FieldName { get; }

    /// <summary>[scalar]P, uncompressed; the scalar is not 0.</summary>
    public abstract void MultiplyGenerator(ReadOnlySpan<byte> scalar128, Span<byte> point257);

    /// <summary>Null unless the octets are a point of order q.</summary>
    public abstract SakkeSender? OpenPublicKey(ReadOnlySpan<byte> publicKey257);

    /// <param name="publicKey257">Z_T, which <see cref="OpenPublicKey"/> took.</param>
    /// <param name="receiver">Null unless <see cref="SakkeOutcome.Ok"/>.</param>
    public abstract SakkeOutcome OpenReceiverKey(
        ReadOnlySpan<byte> publicKey257, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> rsk, out SakkeReceiver? receiver);
}
