namespace MediaEngine.Rtp;

/// <summary>Where a core gets its unpredictable bits: the operating system in production, a seed in simulation.</summary>
public interface IEntropy
{
    /// <summary>Fills the whole span with unpredictable bytes.</summary>
    void Fill(Span<byte> destination);
}
