namespace MediaEngine.Srtp;

/// <summary>The indexes one SSRC has used for sending. They run on over a re-key (RFC 3711 3.3.1 and 3.4).</summary>
internal sealed class SendStream
{
    /// <summary>Highest SRTP index protected, or -1.</summary>
    public long HighestIndex { get; set; } = -1;

    /// <summary>No SRTP index above is used.</summary>
    public ulong IndexLimit { get; set; } = ulong.MaxValue;

    /// <summary>Highest SRTCP index protected; 0 = none, so the first packet has 1.</summary>
    public uint HighestRtcpIndex { get; set; }

    /// <summary>No SRTCP index above is used.</summary>
    public uint RtcpIndexLimit { get; set; } = uint.MaxValue;
}
