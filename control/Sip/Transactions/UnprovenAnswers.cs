using System.Net;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// What may be answered over UDP to addresses that proved nothing, since anybody can write them into a datagram: never more octets
/// than came from there, nor more than a budget for each second, so that nobody is flooded through us. Pure: owned by one thread,
/// told the time.
/// </summary>
public sealed class UnprovenAnswers(int perSecond_bytes)
{
    private const int MaxSources = 65_536;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>64*T1: a request is not repeated, nor its answer, for longer.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(32);

    private readonly Dictionary<IPAddress, Source> _sources = [];
    private readonly Queue<(IPAddress Address, Instant At)> _oldest = [];

    /// <summary>A datagram came from the address, which may be forged.</summary>
    public void Received(IPAddress address, int length, Instant now)
    {
        Forget(now);
        IPAddress key = SipSource.Of(address);
        if (!_sources.TryGetValue(key, out Source? source))
        {
            // Who does not fit in is not answered.
            if (_sources.Count >= MaxSources)
                return;
            _sources[key] = source = new Source();
            _oldest.Enqueue((key, now));
        }
        source.LastHeard = now;
        source.Credit = Math.Min(source.Credit + length, perSecond_bytes);
    }

    /// <summary>Takes the answer's octets from what the address may get; false: it must not be sent.</summary>
    public bool TryTake(IPAddress address, int length, Instant now)
    {
        if (!_sources.TryGetValue(SipSource.Of(address), out Source? source))
            return false;
        if (now - source.WindowStart >= Window)
        {
            source.WindowStart = now;
            source.Spent = 0;
        }
        if (length > source.Credit || length > perSecond_bytes - source.Spent)
            return false;
        source.Credit -= length;
        source.Spent += length;
        return true;
    }

    /// <summary>What <see cref="TryTake"/> would let through now for length, but for the second's budget.</summary>
    public int CreditOf(IPAddress address) => _sources.TryGetValue(SipSource.Of(address), out Source? source) ? source.Credit : 0;

    private void Forget(Instant now)
    {
        while (_oldest.TryPeek(out var entry) && now - entry.At >= Forgotten)
        {
            _oldest.Dequeue();
            Source source = _sources[entry.Address];
            if (now - source.LastHeard >= Forgotten)
                _sources.Remove(entry.Address);
            else
                _oldest.Enqueue((entry.Address, source.LastHeard));
        }
    }

    private sealed class Source
    {
        public int Credit { get; set; }

        public int Spent { get; set; }

        public Instant WindowStart { get; set; }

        public Instant LastHeard { get; set; }
    }
}
