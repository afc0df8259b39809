using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Where each SSRC's packet index stood under its latest key, so that the ROC runs on when the SSRC goes over to another
/// key (RFC 3711 3.3.1). Holds authenticated streams only; bounded, forgetting streams of removed keys first.
/// </summary>
internal sealed class RolloverMemory
{
    private readonly Dictionary<uint, (ReceiveKey Key, ReplayWindow Window)> _latest = [];
    private readonly int _capacity;

    public RolloverMemory(int capacity) => _capacity = capacity;

    /// <summary>The likely index of an SSRC's first packet under a key.</summary>
    public ulong EstimateFirst(uint ssrc, ushort sequence) =>
        _latest.TryGetValue(ssrc, out (ReceiveKey Key, ReplayWindow Window) stream)
            ? ExtendedSequence.Estimate(stream.Window.Highest, sequence)
            : sequence;

    public void Remember(uint ssrc, ReceiveKey key, ReplayWindow window)
    {
        if (_latest.Count >= _capacity && !_latest.ContainsKey(ssrc))
        {
            foreach ((uint gone, (ReceiveKey owner, _)) in _latest)
            {
                if (owner.Disposed)
                    _latest.Remove(gone);
            }
            if (_latest.Count >= _capacity)
                return;
        }
        _latest[ssrc] = (key, window);
    }
}
