namespace MediaEngine.Srtp;

/// <summary>One packet of a batch: where it lies, and what became of it.</summary>
public record struct SrtpBatchItem(int Offset, int Length)
{
    public SrtpOutcome Outcome { get; set; }

    /// <summary>Length of the recovered packet, which begins at <see cref="Offset"/>; 0 unless Ok.</summary>
    public int PlainLength { get; set; }
}
