namespace MediaEngine.Media;

/// <summary>The SSRCs that were used under multicast keys on this shard; bounded, so the oldest are forgotten.</summary>
internal sealed class MulticastSsrcs
{
    private const int MaxRemembered = 4096;

    private readonly HashSet<ulong> _used = [];
    private readonly Queue<ulong> _byAge = [];

    /// <summary>False for one that was used before under that key.</summary>
    public bool TryClaim(MulticastKey key)
    {
        ulong pair = (ulong)key.Key.Id.Value << 32 | key.Ssrc;
        if (!_used.Add(pair))
            return false;
        _byAge.Enqueue(pair);
        if (_byAge.Count > MaxRemembered)
            _used.Remove(_byAge.Dequeue());
        return true;
    }
}
