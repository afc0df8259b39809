using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>
/// Freshness of messages (RFC 3830 5.4): a window for T, and the hashes of authentic messages within it. Bounded: without
/// room everything new is refused until something has aged. One thread.
/// </summary>
public sealed class MikeyReplayCache
{
    private readonly int _capacity;
    private readonly TimeSpan _maxAge;
    private readonly TimeSpan _maxClockSkew;
    private readonly HashSet<UInt128> _known = [];
    private readonly PriorityQueue<UInt128, DateTimeOffset> _byAge = new();

    /// <param name="capacity">Messages remembered, at least 1.</param>
    /// <param name="maxAge">How old T may be: clocks' difference and time of delivery.</param>
    /// <param name="maxClockSkew">How far T may be ahead.</param>
    public MikeyReplayCache(int capacity, TimeSpan maxAge, TimeSpan maxClockSkew)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAge, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClockSkew, TimeSpan.Zero);
        _capacity = capacity;
        _maxAge = maxAge;
        _maxClockSkew = maxClockSkew;
    }

    /// <summary>Messages remembered.</summary>
    public int Count => _known.Count;

    internal TimeSpan MaxClockSkew => _maxClockSkew;

    /// <summary>
    /// None, StaleTimestamp, FutureTimestamp, Replayed or ReplayCacheFull. Remembers nothing: the message is not authentic yet.
    /// </summary>
    /// <param name="protectedOctets">What the signature or MAC covers, without it: an ECCSI signature has a second form.</param>
    /// <param name="timestamp">T.</param>
    /// <param name="now">The receiver's time.</param>
    public MikeyError Check(ReadOnlySpan<byte> protectedOctets, NtpTimestamp timestamp, DateTimeOffset now)
    {
        DateTimeOffset sent = timestamp.ToUtc();
        if (sent < now - _maxAge)
            return MikeyError.StaleTimestamp;
        if (sent > now + _maxClockSkew)
            return MikeyError.FutureTimestamp;
        Forget(now);
        if (_known.Contains(HashOf(protectedOctets)))
            return MikeyError.Replayed;
        return _known.Count < _capacity ? MikeyError.None : MikeyError.ReplayCacheFull;
    }

    /// <summary>Remembers an authentic message that <see cref="Check"/> let pass.</summary>
    public void Add(ReadOnlySpan<byte> protectedOctets, NtpTimestamp timestamp)
    {
        UInt128 hash = HashOf(protectedOctets);
        if (_known.Count >= _capacity || !_known.Add(hash))
            throw new InvalidOperationException("The message was not checked.");
        _byAge.Enqueue(hash, timestamp.ToUtc());
    }

    private void Forget(DateTimeOffset now)
    {
        while (_byAge.TryPeek(out UInt128 hash, out DateTimeOffset sent) && sent < now - _maxAge)
        {
            _byAge.Dequeue();
            _known.Remove(hash);
        }
    }

    private static UInt128 HashOf(ReadOnlySpan<byte> octets)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
