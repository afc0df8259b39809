namespace MediaEngine.Mcx;

/// <summary>
/// The requests that wait for an answer, by token. Bounded by time: whatever a client does or leaves out, an entry is gone
/// after <see cref="MaxUnanswered_sweeps"/>, and after a 2xx to an INVITE when that can no longer be repeated.
/// </summary>
internal sealed class PendingRequests
{
    /// <summary>Past Timer C (RFC 3261 16.6 step 11), at 5 s or more from sweep to sweep.</summary>
    private const int MaxUnanswered_sweeps = 40;

    /// <summary>Past 64*T1, the time in which a 2xx is repeated (RFC 3261 13.3.1.4).</summary>
    private const int MaxAnswered_sweeps = 8;

    private readonly Dictionary<long, Entry> _entries = [];
    private long _lastToken;
    private int _sweep;

    public int Count => _entries.Count;

    public long Add(PendingRequest request)
    {
        _entries[++_lastToken] = new Entry(request, _sweep + MaxUnanswered_sweeps, Answered: false);
        return _lastToken;
    }

    /// <summary>The request of a token, which waits on.</summary>
    public PendingRequest? Find(long token) => _entries.TryGetValue(token, out Entry entry) ? entry.Request : null;

    /// <summary>The request of a token, which waits no more.</summary>
    public PendingRequest? Take(long token) => _entries.Remove(token, out Entry entry) ? entry.Request : null;

    /// <summary>An INVITE got its 2xx: it is kept for as long as that may be repeated, and each is acknowledged.</summary>
    public void Answered(long token)
    {
        if (_entries.TryGetValue(token, out Entry entry) && !entry.Answered)
            _entries[token] = new Entry(entry.Request, _sweep + MaxAnswered_sweeps, Answered: true);
    }

    /// <summary>Lets go of what is due; returns the requests that never got a final response.</summary>
    public IReadOnlyList<(long Token, PendingRequest Request)> Sweep()
    {
        _sweep++;
        List<(long, PendingRequest)> unanswered = [];
        foreach ((long token, Entry entry) in _entries)
        {
            if (entry.Until > _sweep)
                continue;
            _entries.Remove(token);
            if (!entry.Answered)
                unanswered.Add((token, entry.Request));
        }
        return unanswered;
    }

    private readonly record struct Entry(PendingRequest Request, int Until, bool Answered);
}
