using MediaEngine.Rtp;

namespace MediaEngine.Tool;

/// <summary>One <see cref="BurstRecorder"/> for each source that is heard, since several may talk at a time.</summary>
internal sealed class BurstRecorders
{
    private const int MaxSources = 32;

    private readonly Dictionary<uint, BurstRecorder> _bySsrc = [];

    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Never;
            foreach (BurstRecorder recorder in _bySsrc.Values)
                earliest = Instant.Earlier(earliest, recorder.NextDeadline);
            return earliest;
        }
    }

    /// <summary>Takes one decrypted packet. Returns the burst that it ended, if it ended one.</summary>
    public HeardBurst? Add(in RtpHeader header, ReadOnlySpan<byte> payload, string? talker, bool multicast, Instant now)
    {
        if (!_bySsrc.TryGetValue(header.Ssrc, out BurstRecorder? recorder))
        {
            // More sources than talkers can be: the packet is not worth a burst of another one.
            if (_bySsrc.Count == MaxSources)
                return null;
            _bySsrc.Add(header.Ssrc, recorder = new BurstRecorder());
        }
        return recorder.Add(header, payload, talker, multicast, now);
    }

    /// <summary>Bursts that ended by a pause.</summary>
    public IEnumerable<HeardBurst> Expire(Instant now) => End(recorder => recorder.Expire(now));

    /// <summary>Ends every burst.</summary>
    public IEnumerable<HeardBurst> Finish() => End(recorder => recorder.Finish());

    private List<HeardBurst> End(Func<BurstRecorder, HeardBurst?> end)
    {
        var ended = new List<HeardBurst>();
        foreach ((uint ssrc, BurstRecorder recorder) in _bySsrc)
        {
            if (end(recorder) is { } burst)
                ended.Add(burst);
            if (!recorder.InBurst)
                _bySsrc.Remove(ssrc);
        }
        return ended;
    }
}
