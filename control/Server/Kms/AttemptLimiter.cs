namespace MediaEngine.Server;

/// <summary>
/// Bounds how often something may happen per key within a window of time: wrong passwords per address, issues per user. Any
/// number of threads. Bounded in memory: strangers beyond it share one count.
/// </summary>
internal sealed class AttemptLimiter<TKey>(int maxAttempts, TimeSpan window, int maxKeys)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Count> _counts = [];
    private readonly Lock _lock = new();
    private Count _others;

    /// <summary>Whether this key has used its attempts up.</summary>
    public bool IsBlocked(TKey key, DateTimeOffset now)
    {
        lock (_lock)
        {
            Count count = _counts.TryGetValue(key, out Count own) ? own : _counts.Count < maxKeys ? default : _others;
            return now < count.Start + window && count.Attempts >= maxAttempts;
        }
    }

    /// <summary>Counts an attempt; true when it was the last one permitted.</summary>
    public bool Add(TKey key, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_counts.ContainsKey(key) && _counts.Count >= maxKeys)
                Forget(now);
            bool known = _counts.ContainsKey(key) || _counts.Count < maxKeys;
            Count count = !known ? _others : _counts.GetValueOrDefault(key);
            count = now < count.Start + window ? count with { Attempts = count.Attempts + 1 } : new Count(now, 1);
            if (known)
                _counts[key] = count;
            else
                _others = count;
            return count.Attempts == maxAttempts;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach ((TKey key, Count count) in _counts)
        {
            if (now >= count.Start + window)
                _counts.Remove(key);
        }
    }

    private readonly record struct Count(DateTimeOffset Start, int Attempts);
}
