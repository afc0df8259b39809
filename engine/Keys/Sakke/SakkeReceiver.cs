namespace MediaEngine.Keys;

/// <summary>What one receiver needs. Immutable until disposed, which zeroes.</summary>
internal abstract class SakkeReceiver : IDisposable
{
    /// <summary>RFC 6508 6.2.2. The SSV is zeros unless <see cref="SakkeOutcome.Ok"/>.</summary>
    public abstract SakkeOutcome Decapsulate(ReadOnlySpan<byte> encapsulated, Span<byte> ssv16);

    public abstract void Dispose();
}
