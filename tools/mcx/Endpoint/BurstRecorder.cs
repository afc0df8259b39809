using MediaEngine.Rtp;

namespace MediaEngine.Tool;

/// <summary>
/// Puts PCMA packets into bursts: one synchronisation source without a longer pause. Packets may come late and out of order.
/// Pure: a burst ends by <see cref="Expire"/>, by another source, or by <see cref="Finish"/>.
/// </summary>
public sealed class BurstRecorder
{
    /// <summary>A burst is over when nothing came for this long; longer than the reordering of any network it is used on.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private const int MaxBurst_samples = 10 * 60 * WavFile.SampleRate_Hz;

    private readonly SortedDictionary<long, byte[]> _packets = [];
    private uint _ssrc;
    private uint _firstTimestamp;
    private ushort _firstSequence;
    private int _lowestSequence;
    private int _highestSequence;
    private int _duplicates;
    private int _viaMulticast;
    private string? _talker;
    private Instant _last;

    public bool InBurst => _packets.Count > 0;

    /// <summary>When the burst ends if nothing more comes.</summary>
    public Instant NextDeadline => InBurst ? _last + Pause : Instant.Never;

    /// <summary>Takes one decrypted packet. Returns the burst that it ended, if it began another.</summary>
    public HeardBurst? Add(in RtpHeader header, ReadOnlySpan<byte> payload, string? talker, bool multicast, Instant now)
    {
        if (payload.IsEmpty)
            return null;
        long offset = (int)(header.Timestamp - _firstTimestamp);
        HeardBurst? ended = null;
        if (InBurst && (header.Ssrc != _ssrc || Math.Abs(offset) > MaxBurst_samples))
            ended = Finish();
        if (!InBurst)
        {
            (_ssrc, _firstTimestamp, _firstSequence) = (header.Ssrc, header.Timestamp, header.SequenceNumber);
            (_lowestSequence, _highestSequence, _duplicates, _viaMulticast) = (0, 0, 0, 0);
            _talker = null;
            offset = 0;
        }
        _last = now;
        _talker ??= talker;
        if (!_packets.TryAdd(offset, payload.ToArray()))
        {
            _duplicates++;
            return ended;
        }
        int sequence = ExtendedSequence.Distance(_firstSequence, header.SequenceNumber);
        _lowestSequence = Math.Min(_lowestSequence, sequence);
        _highestSequence = Math.Max(_highestSequence, sequence);
        _viaMulticast += multicast ? 1 : 0;
        return ended;
    }

    /// <summary>The burst that ended by a pause, or null.</summary>
    public HeardBurst? Expire(Instant now) => now >= NextDeadline ? Finish() : null;

    /// <summary>Ends the running burst; null when there is none.</summary>
    public HeardBurst? Finish()
    {
        if (!InBurst)
            return null;
        long start = _packets.First().Key;
        (long last, byte[] lastPayload) = _packets.Last();
        var samples = new short[Math.Min(last + lastPayload.Length - start, MaxBurst_samples)];
        foreach ((long offset, byte[] payload) in _packets)
        {
            int at = (int)(offset - start);
            int length = Math.Min(payload.Length, samples.Length - at);
            if (length > 0)
                G711.DecodeALaw(payload.AsSpan(0, length), samples.AsSpan(at));
        }
        int expected = _highestSequence - _lowestSequence + 1;
        var burst = new HeardBurst(
            _ssrc, _talker, samples, _packets.Count, Math.Max(0, expected - _packets.Count), _duplicates, _viaMulticast);
        _packets.Clear();
        return burst;
    }
}
