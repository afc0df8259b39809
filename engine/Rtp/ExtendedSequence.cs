namespace MediaEngine.Rtp;

/// <summary>RTP sequence arithmetic: 16 bits on the wire, 48 bits (ROC ‖ SEQ) in SRTP (RFC 3711 3.3.1).</summary>
public static class ExtendedSequence
{
    /// <summary>The largest 48-bit packet index.</summary>
    public const ulong MaxIndex = 0xFFFF_FFFF_FFFF;

    /// <summary>Signed distance from <paramref name="from"/> to <paramref name="to"/>, -32768..32767.</summary>
    public static int Distance(ushort from, ushort to) => (short)(to - from);

    /// <summary>
    /// The 48-bit index nearest to <paramref name="highest"/> whose low 16 bits are <paramref name="sequence"/>
    /// (RFC 3711 Appendix A). Before ROC 0 there is nothing: the estimate then stays in ROC 0.
    /// </summary>
    public static ulong Estimate(ulong highest, ushort sequence)
    {
        long index = (long)highest + Distance((ushort)highest, sequence);
        if (index < 0)
            return sequence;
        return (ulong)index > MaxIndex ? highest & ~0xFFFFUL | sequence : (ulong)index;
    }
}
