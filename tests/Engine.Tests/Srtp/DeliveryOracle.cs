using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>What a receiver must say of each packet: RFC 3711 with every accepted index kept in a set.</summary>
internal sealed class DeliveryOracle(SrtpPolicy policy)
{
    private readonly Dictionary<(int Key, uint Ssrc), HashSet<ulong>> _accepted = [];

    // Under which key each SSRC came last as a new stream.
    private readonly Dictionary<uint, int> _latestKey = [];

    public SrtpOutcome Receive(Delivery delivery) => Receive(delivery, Believed(delivery));

    public SrtpOutcome ReceiveRtcp(Delivery delivery) => Receive(delivery, delivery.Index);

    private SrtpOutcome Receive(Delivery delivery, ulong believed)
    {
        HashSet<ulong>? accepted = _accepted.GetValueOrDefault((delivery.Key, delivery.Ssrc));
        if (accepted is not null && believed + (ulong)policy.ReplayWindow_packets <= accepted.Max())
            return SrtpOutcome.TooOld;
        if (accepted is not null && accepted.Contains(believed))
            return SrtpOutcome.Replayed;
        if (delivery.Damaged || believed != delivery.Index)
            return SrtpOutcome.AuthenticationFailed;
        if (accepted is null)
        {
            _accepted[(delivery.Key, delivery.Ssrc)] = accepted = [];
            _latestKey[delivery.Ssrc] = delivery.Key;
        }
        accepted.Add(believed);
        return SrtpOutcome.Ok;
    }

    private ulong Believed(Delivery delivery)
    {
        ushort sequence = (ushort)delivery.Index;
        if (policy.RocTransmissionRate > 0 && sequence % policy.RocTransmissionRate == 0)
            return delivery.Index;
        if (!_accepted.TryGetValue((delivery.Key, delivery.Ssrc), out HashSet<ulong>? accepted))
        {
            // RFC 3711 3.3.1: the rollover counter of an SSRC outlives its key.
            if (!_latestKey.TryGetValue(delivery.Ssrc, out int key))
                return sequence;
            accepted = _accepted[(key, delivery.Ssrc)];
        }
        // RFC 3711 Appendix A, but half the number space away counts as behind.
        ulong highest = accepted.Max();
        long roc = (long)(highest >> 16);
        int last = (int)(highest & 0xFFFF);
        long v = last < 32768
            ? sequence - last >= 32768 ? roc - 1 : roc
            : last - 32768 > sequence ? roc + 1 : roc;
        return (ulong)Math.Max(v, 0) << 16 | sequence;
    }
}
