using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// Packets by the batch calls, each of a batch under a key of its own: protected by a fan-out of one packet to all keys, its
/// copies included; unprotected by one receiver that holds all keys.
/// </summary>
internal sealed class BatchWork : IDisposable
{
    private readonly SrtpSender[] _senders;
    private readonly SrtpReceiver _receiver;
    private readonly SrtpFanOut _fanOut = new();
    private readonly PacketRing _ring;
    private readonly byte[] _plain;
    private readonly int[] _lengths;
    private readonly SrtpOutcome[] _outcomes;
    private readonly SrtpBatchItem[] _items;
    private readonly int _slots;
    private readonly int _rounds;

    /// <param name="profile">Of every key.</param>
    /// <param name="mki_bytes">At least 1, which tells 256 keys apart.</param>
    /// <param name="payload_bytes">Of the one packet.</param>
    /// <param name="slots">Places the ring has.</param>
    /// <param name="keys">When there are more keys than places, places are used again and nothing can be unprotected.</param>
    public BatchWork(SrtpProfile profile, int mki_bytes, int payload_bytes, int slots, int keys)
    {
        SrtpPolicy policy = SrtpWork.Policy(profile);
        _receiver = new SrtpReceiver(policy, mki_bytes);
        _senders = new SrtpSender[keys];
        for (int i = 0; i < keys; i++)
        {
            using SrtpMasterKey key = SrtpWork.Key(profile, mki_bytes, i);
            _senders[i] = new SrtpSender(key, policy);
            if (keys <= slots && !_receiver.TryAddKey(key))
                throw new InvalidOperationException("The key was refused.");
        }
        _ring = new PacketRing(payload_bytes, slots);
        _plain = new byte[_ring.Plain_bytes];
        _slots = slots;
        _rounds = Math.Max(1, slots / keys);
        _lengths = new int[keys];
        _outcomes = new SrtpOutcome[keys];
        _items = new SrtpBatchItem[_rounds * keys];
    }

    /// <summary>Packets one <see cref="Protect"/> writes, and one <see cref="Unprotect"/> reads.</summary>
    public int Packets => _items.Length;

    /// <summary>Fills the ring, or uses it more than once when there are more keys than places.</summary>
    public void Protect()
    {
        for (int round = 0; round < _rounds; round++)
        {
            _ring.Write(_plain);
            for (int done = 0; done < _senders.Length;)
            {
                int part = Math.Min(_slots, _senders.Length - done);
                int ok = _fanOut.Protect(
                    _senders.AsSpan(done, part), _plain, _ring.From(round * _senders.Length % _slots), _ring.Stride_bytes,
                    _lengths.AsSpan(done), _outcomes.AsSpan(done));
                if (ok != part)
                    throw new InvalidOperationException("A packet was refused.");
                done += part;
            }
        }
    }

    /// <summary>What <see cref="Protect"/> wrote; at most as many keys as places.</summary>
    public void Unprotect()
    {
        for (int i = 0; i < _items.Length; i++)
            _items[i] = new SrtpBatchItem(i * _ring.Stride_bytes, _lengths[i % _senders.Length]);
        for (int done = 0; done < _items.Length; done += _senders.Length)
        {
            Span<SrtpBatchItem> batch = _items.AsSpan(done, _senders.Length);
            if (_receiver.UnprotectBatch(_ring.From(0), batch) != batch.Length)
                throw new InvalidOperationException("A packet was refused.");
        }
    }

    /// <summary>ns per packet.</summary>
    public Figures Round()
    {
        double start = ThreadClock.Now_ns();
        Protect();
        double middle = ThreadClock.Now_ns();
        Unprotect();
        return new Figures((middle - start) / Packets, (ThreadClock.Now_ns() - middle) / Packets);
    }

    /// <summary>ns per receiver of the packet.</summary>
    public Figures FanOutRound()
    {
        double start = ThreadClock.Now_ns();
        Protect();
        return new Figures((ThreadClock.Now_ns() - start) / Packets);
    }

    public void Dispose()
    {
        foreach (SrtpSender sender in _senders)
            sender.Dispose();
        _receiver.Dispose();
    }
}
