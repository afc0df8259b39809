using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// One key of a receiver's ring and the streams that authenticated under it. Streams belong to a key, so members of a
/// group, who send under keys of their own, cannot disturb one another by using the same SSRC.
/// </summary>
internal sealed class ReceiveKey : IDisposable
{
    private readonly SessionKeys _session;
    private StreamTable<ReplayWindow> _rtpStreams;
    private StreamTable<ReplayWindow> _rtcpStreams;

    public ReceiveKey(SessionKeys session, Instant expiry)
    {
        _session = session;
        Expiry = expiry;
    }

    public ref readonly SessionKeys Session => ref _session;

    public Instant Expiry { get; }

    /// <summary>The streams of SRTP. Not to be copied.</summary>
    public ref StreamTable<ReplayWindow> RtpStreams => ref _rtpStreams;

    /// <summary>The streams of SRTCP. Not to be copied.</summary>
    public ref StreamTable<ReplayWindow> RtcpStreams => ref _rtcpStreams;

    /// <summary>True once the key has left the ring.</summary>
    public bool Disposed { get; private set; }

    public void Dispose()
    {
        Disposed = true;
        _session.Dispose();
    }
}
