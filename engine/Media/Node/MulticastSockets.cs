using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Media;

/// <summary>
/// One sending socket per interface and time to live, because both are a socket's, not a packet's. Shared by the calls
/// of the shard.
/// </summary>
internal sealed class MulticastSockets(SendBatch batch, int buffer_bytes) : IMulticastOutput, IDisposable
{
    private const int MaxSockets = 64;

    private readonly Dictionary<(IPAddress Interface, int TimeToLive), Entry> _entries = [];
    private ShardCounters? _counters;

    /// <summary>Where failures are counted; set before the first call opens.</summary>
    public void CountIn(ShardCounters counters) => _counters = counters;

    public bool TryAcquire(
        MulticastBearer bearer,
        [NotNullWhen(true)] out SendQueue? queue,
        [NotNullWhen(false)] out string? reason)
    {
        queue = null;
        reason = null;
        if (!_entries.TryGetValue((bearer.Interface, bearer.TimeToLive), out Entry? entry))
        {
            if (_entries.Count >= MaxSockets)
            {
                reason = $"{MaxSockets} multicast interfaces are in use, the most a shard takes";
                return false;
            }
            UdpEndpoint? endpoint = null;
            try
            {
                endpoint = new UdpEndpoint(new IPEndPoint(bearer.Interface, 0), buffer_bytes);
                endpoint.SetMulticast(bearer.Interface, bearer.TimeToLive);
            }
            catch (SocketException refused)
            {
                endpoint?.Dispose();
                reason = $"no multicast over {bearer.Interface}: {refused.Message}; name the address of a local interface";
                return false;
            }
            entry = new Entry(endpoint, new SocketSender(endpoint, batch));
            entry.Sender.CountIn(_counters!);
            _entries.Add((bearer.Interface, bearer.TimeToLive), entry);
        }
        entry.Calls++;
        queue = entry.Sender.Queue;
        return true;
    }

    public void Release(MulticastBearer bearer)
    {
        Entry entry = _entries[(bearer.Interface, bearer.TimeToLive)];
        if (--entry.Calls > 0)
            return;
        entry.Sender.Flush();
        entry.Endpoint.Dispose();
        _entries.Remove((bearer.Interface, bearer.TimeToLive));
    }

    public void Flush()
    {
        foreach (Entry entry in _entries.Values)
            entry.Sender.Flush();
    }

    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
            entry.Endpoint.Dispose();
        _entries.Clear();
    }

    private sealed class Entry(UdpEndpoint endpoint, SocketSender sender)
    {
        public UdpEndpoint Endpoint { get; } = endpoint;

        public SocketSender Sender { get; } = sender;

        public int Calls { get; set; }
    }
}
