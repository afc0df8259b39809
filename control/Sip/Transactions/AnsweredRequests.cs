using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// Non-INVITE requests over UDP that have their final response: the response for repetitions (RFC 3261 17.2.2, Completed) and what
/// finds merged requests. Thousands come each second and stay for half a minute, so the collector sees one object per chunk of
/// responses and none per request.
/// </summary>
public sealed class AnsweredRequests
{
    private const int Chunk_bytes = 65_536;
    private readonly Dictionary<UInt128, Place> _places = [];
    private readonly HashSet<UInt128> _merges = [];
    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<long, byte[]> _chunks = [];
    private byte[]? _spare;
    private long _newestChunk;
    private int _used_bytes = Chunk_bytes;

    public int Count => _entries.Count;

    /// <summary>Octets set aside for responses.</summary>
    public long Reserved_bytes { get; private set; }

    /// <summary>When the oldest of them was answered; <see cref="Instant.Never"/> when there is none.</summary>
    public Instant OldestAt => _entries.TryPeek(out Entry oldest) ? oldest.At : Instant.Never;

    /// <param name="key">Of the transaction.</param>
    /// <param name="mergeKey">Null for a request within a dialog.</param>
    public void Add(SipTransactionId id, UInt128 key, UInt128? mergeKey, ReadOnlySpan<byte> response, Instant at)
    {
        if (!_chunks.TryGetValue(_newestChunk, out byte[]? chunk) || response.Length > chunk.Length - _used_bytes)
            chunk = NewChunk(Math.Max(Chunk_bytes, response.Length));
        response.CopyTo(chunk.AsSpan(_used_bytes));
        _places[key] = new Place(_newestChunk, _used_bytes, response.Length);
        if (mergeKey is { } merge)
            _merges.Add(merge);
        _entries.Enqueue(new Entry(id, key, mergeKey, _newestChunk, at));
        _used_bytes += response.Length;
    }

    /// <summary>The response is good until the next change.</summary>
    public bool TryGetResponse(UInt128 key, out ReadOnlyMemory<byte> response)
    {
        bool isKnown = _places.TryGetValue(key, out Place place);
        response = isKnown ? _chunks[place.Chunk].AsMemory(place.Offset, place.Length) : default;
        return isKnown;
    }

    public bool HasMerge(UInt128 mergeKey) => _merges.Contains(mergeKey);

    /// <summary>For a look at one of them; searches.</summary>
    public bool Contains(SipTransactionId id) => _entries.Any(entry => entry.Id == id);

    public void ForgetOldest()
    {
        Entry oldest = _entries.Dequeue();
        _places.Remove(oldest.Key);
        if (oldest.MergeKey is { } merge)
            _merges.Remove(merge);
        if (oldest.Chunk != (_entries.TryPeek(out Entry next) ? next.Chunk : -1))
            Free(oldest.Chunk);
    }

    private byte[] NewChunk(int length)
    {
        byte[] chunk = length == Chunk_bytes && _spare is not null ? _spare : GC.AllocateUninitializedArray<byte>(length);
        _spare = ReferenceEquals(chunk, _spare) ? null : _spare;
        _chunks[++_newestChunk] = chunk;
        Reserved_bytes += chunk.Length;
        _used_bytes = 0;
        return chunk;
    }

    private void Free(long number)
    {
        _chunks.Remove(number, out byte[]? chunk);
        Reserved_bytes -= chunk!.Length;
        if (chunk.Length == Chunk_bytes)
            _spare = chunk;
    }

    private readonly record struct Place(long Chunk, int Offset, int Length);

    private readonly record struct Entry(SipTransactionId Id, UInt128 Key, UInt128? MergeKey, long Chunk, Instant At);
}
