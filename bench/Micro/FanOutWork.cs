using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>One packet protected for many receivers, each with a key of its own.</summary>
internal sealed class FanOutWork : IDisposable
{
    private readonly SrtpSender[] _senders;
    private readonly PacketRing _ring;
    private readonly byte[] _plain;
    private readonly int _packets;

    public FanOutWork(SrtpProfile profile, int payload_bytes, int packets, int keys)
    {
        var policy = new SrtpPolicy(profile, RocTransmissionRate: 1);
        _senders = [.. Enumerable.Range(0, keys).Select(i =>
        {
            using SrtpMasterKey key = SrtpWork.Key(profile, 8, i);
            return new SrtpSender(key, policy);
        })];
        _ring = new PacketRing(payload_bytes, packets);
        _plain = new byte[_ring.Plain_bytes];
        _packets = packets;
    }

    /// <summary>ns per receiver, the copy of the packet included.</summary>
    public double Round_ns()
    {
        _ring.Write(_plain);
        double start = ThreadClock.Now_ns();
        for (int i = 0; i < _senders.Length; i++)
        {
            Span<byte> packet = _ring[i % _packets];
            _plain.CopyTo(packet);
            SrtpOutcome outcome = _senders[i].Protect(packet, _plain.Length, out _);
            if (outcome != SrtpOutcome.Ok)
                throw new InvalidOperationException(outcome.ToString());
        }
        return (ThreadClock.Now_ns() - start) / _senders.Length;
    }

    public void Dispose()
    {
        foreach (SrtpSender sender in _senders)
            sender.Dispose();
    }
}
