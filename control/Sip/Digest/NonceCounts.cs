namespace MediaEngine.Sip;

/// <summary>
/// Which nonce counts were used, per nonce: a 64-wide window below the highest. Bounded: when the oldest entry is pushed out,
/// every untracked nonce of its age or older counts as stale, so that forgetting never lets a replay through.
/// </summary>
internal sealed class NonceCounts(int capacity)
{
    private readonly Dictionary<string, (uint Highest, ulong Window)> _used = new(StringComparer.Ordinal);
    private readonly Queue<(string Nonce, long IssuedAt)> _order = new();
    private long _forgottenUpTo = long.MinValue;

    public bool IsForgotten(string nonce, long issuedAt) => issuedAt <= _forgottenUpTo && !_used.ContainsKey(nonce);

    /// <summary>False when the count was used before or is below the window.</summary>
    public bool TryUse(string nonce, long issuedAt, uint count)
    {
        if (!_used.TryGetValue(nonce, out var state))
        {
            if (_used.Count >= capacity && _order.TryDequeue(out var oldest))
            {
                _used.Remove(oldest.Nonce);
                _forgottenUpTo = Math.Max(_forgottenUpTo, oldest.IssuedAt);
            }
            _order.Enqueue((nonce, issuedAt));
            _used[nonce] = (count, 1);
            return true;
        }
        if (count > state.Highest)
        {
            uint shift = count - state.Highest;
            _used[nonce] = (count, shift >= 64 ? 1 : (state.Window << (int)shift) | 1);
            return true;
        }
        uint back = state.Highest - count;
        if (back >= 64 || (state.Window & (1UL << (int)back)) != 0)
            return false;
        _used[nonce] = (state.Highest, state.Window | (1UL << (int)back));
        return true;
    }

    /// <summary>Lets go of what is too old to be accepted anyway.</summary>
    public void Expire(long issuedBefore)
    {
        while (_order.TryPeek(out var oldest) && oldest.IssuedAt < issuedBefore)
        {
            _order.Dequeue();
            _used.Remove(oldest.Nonce);
        }
    }
}
