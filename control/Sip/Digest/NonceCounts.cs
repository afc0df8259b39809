using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>
/// Which nonce counts were used, per nonce: a 64-wide window below the highest. Bounded: when the oldest entry is pushed out,
/// every untracked nonce of its age or older counts as stale, so that forgetting never lets a replay through.
/// </summary>
internal sealed class NonceCounts(int capacity)
{
    private readonly Dictionary<DigestNonce, (uint Highest, ulong Window)> _used = [];
    private readonly Queue<DigestNonce> _order = new();
    private long _forgottenUpTo = long.MinValue;

    public bool IsForgotten(DigestNonce nonce) => nonce.IssuedAt <= _forgottenUpTo && !_used.ContainsKey(nonce);

    /// <summary>False when the count was used before or is below the window.</summary>
    public bool TryUse(DigestNonce nonce, uint count)
    {
        ref (uint Highest, ulong Window) state = ref CollectionsMarshal.GetValueRefOrAddDefault(_used, nonce, out bool isKnown);
        if (!isKnown)
        {
            state = (count, 1);
            _order.Enqueue(nonce);
            if (_used.Count > capacity)
            {
                DigestNonce oldest = _order.Dequeue();
                _used.Remove(oldest);
                _forgottenUpTo = Math.Max(_forgottenUpTo, oldest.IssuedAt);
            }
            return true;
        }
        if (count > state.Highest)
        {
            uint shift = count - state.Highest;
            state = (count, shift >= 64 ? 1 : (state.Window << (int)shift) | 1);
            return true;
        }
        uint back = state.Highest - count;
        if (back >= 64 || (state.Window & (1UL << (int)back)) != 0)
            return false;
        state.Window |= 1UL << (int)back;
        return true;
    }

    /// <summary>Lets go of what is too old to be accepted anyway.</summary>
    public void Expire(long issuedBefore)
    {
        while (_order.TryPeek(out DigestNonce oldest) && oldest.IssuedAt < issuedBefore)
        {
            _order.Dequeue();
            _used.Remove(oldest);
        }
    }
}
