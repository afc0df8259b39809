using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// One outgoing RTP stream made of the bursts of several incoming ones: sequence numbers and timestamps go on over every change
/// of source. Within a burst gaps stay gaps, so a loss is seen as one; between bursts time goes on and the marker is set. A
/// packet overtaken by a later one is left out, because SRTP indexes only go forward.
/// </summary>
internal sealed class StreamContinuity
{
    private const long NanosecondsPerSample = 125_000;

    /// <summary>A longer loss is a new burst.</summary>
    private const int LongestGap_packets = 500;

    /// <summary>What a source's timestamps may differ from the clock within one step; more is another stream.</summary>
    private const long LongestDrift_samples = 16_000;

    private bool _started;
    private bool _inBurst;
    private (int Leg, uint Ssrc) _source;
    private ushort _sourceSequence;
    private uint _sourceTimestamp;
    private ushort _sequence;
    private uint _timestamp;
    private int _samples;
    private Instant _at;

    /// <summary>The next packet begins a burst, whatever its source.</summary>
    public void EndBurst() => _inBurst = false;

    /// <summary>Gives a packet its place in the outgoing stream; false for one that is late or a copy.</summary>
    /// <param name="leg">Who sent it.</param>
    /// <param name="header">Its header; payload type and SSRC are the caller's.</param>
    /// <param name="samples">What it plays.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="placed">Sequence number, timestamp and marker of the outgoing packet.</param>
    public bool TryPlace(int leg, in RtpHeader header, int samples, Instant now, out RtpHeader placed)
    {
        placed = default;
        bool marker = header.Marker;
        if (!_started)
        {
            _started = true;
            _sequence = 1;
            marker = true;
        }
        else if (!_inBurst || _source != (leg, header.Ssrc))
        {
            Begin(now);
            marker = true;
        }
        else
        {
            int step = ExtendedSequence.Distance(_sourceSequence, header.SequenceNumber);
            if (step is <= 0 and > -LongestGap_packets)
                return false;
            int time = (int)(header.Timestamp - _sourceTimestamp);
            if (step is > 0 and < LongestGap_packets && time > 0 && Math.Abs(time - Elapsed(now)) <= LongestDrift_samples)
            {
                _sequence += (ushort)step;
                _timestamp += (uint)time;
            }
            else
            {
                Begin(now);
                marker = true;
            }
        }
        _inBurst = true;
        _source = (leg, header.Ssrc);
        _sourceSequence = header.SequenceNumber;
        _sourceTimestamp = header.Timestamp;
        _samples = samples;
        _at = now;
        placed = new RtpHeader { Marker = marker, SequenceNumber = _sequence, Timestamp = _timestamp };
        return true;
    }

    private void Begin(Instant now)
    {
        _sequence++;
        _timestamp += (uint)Math.Max(_samples, Elapsed(now));
    }

    private long Elapsed(Instant now) => (now.Nanoseconds - _at.Nanoseconds) / NanosecondsPerSample;
}
