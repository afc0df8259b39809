using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Previous, current and next keys of a sender. The key in force is the one activated last among those in their lifetime
/// (TS 33.180 5.7.1); a key is zeroed when it expires. Not to be copied.
/// </summary>
internal struct SendKeyRing : IDisposable
{
    private readonly List<SendKey> _keys = new(1);

    public SendKeyRing()
    {
    }

    public SendKey? Current { get; private set; }

    public readonly int Count => _keys.Count;

    public Instant NextDeadline { get; private set; } = Instant.Never;

    public void Add(SendKey key)
    {
        _keys.Add(key);
        NextDeadline = Instant.Earlier(NextDeadline, Instant.Earlier(key.Lifetime.Activation, key.Lifetime.Expiry));
        if (Current is null && key.Lifetime == SrtpKeyLifetime.Unlimited)
            Advance(key.Lifetime.Activation);
    }

    public void Advance(Instant now)
    {
        Current = null;
        NextDeadline = Instant.Never;
        for (int i = _keys.Count - 1; i >= 0; i--)
        {
            SendKey key = _keys[i];
            if (key.Lifetime.Expiry <= now)
            {
                key.Dispose();
                _keys.RemoveAt(i);
                continue;
            }
            NextDeadline = Instant.Earlier(NextDeadline, key.Lifetime.Expiry);
            if (key.Lifetime.Activation > now)
                NextDeadline = Instant.Earlier(NextDeadline, key.Lifetime.Activation);
            else if (Current is null || key.Lifetime.Activation > Current.Lifetime.Activation)
                Current = key;
        }
    }

    /// <summary>Replaces every key by one.</summary>
    public void Replace(SendKey key)
    {
        Dispose();
        Add(key);
    }

    public void Dispose()
    {
        foreach (SendKey key in _keys)
            key.Dispose();
        _keys.Clear();
        Current = null;
        NextDeadline = Instant.Never;
    }
}
