using System.Collections.Concurrent;
using System.Net;

namespace MediaEngine.Sip;

/// <summary>
/// The flows somebody authenticated on, by certificate or as their user says: connections until they close, UDP addresses for a time. Bounded; who is forgotten
/// counts as a stranger until it authenticates again. Any thread.
/// </summary>
internal sealed class KnownSources(int limit, TimeSpan udpLifetime)
{
    private readonly ConcurrentDictionary<long, bool> _connections = new();
    private readonly ConcurrentDictionary<IPEndPoint, (long Since, bool MayClaimPriority)> _udp = new();

    public bool Contains(in SipFlow flow) => flow.Connection != 0
        ? flow.PeerDomains is not null || _connections.ContainsKey(flow.Connection)
        : _udp.TryGetValue(flow.Remote, out var entry) && Environment.TickCount64 - entry.Since < udpLifetime.TotalMilliseconds;

    /// <summary>Of a flow that is known.</summary>
    public bool MayClaimPriority(in SipFlow flow) => flow.Connection != 0
        ? _connections.TryGetValue(flow.Connection, out bool may) && may
        : _udp.TryGetValue(flow.Remote, out var entry) && entry.MayClaimPriority;

    public void Add(in SipFlow flow, bool mayClaimPriority)
    {
        if (flow.Connection != 0)
        {
            if (_connections.Count < limit)
                _connections[flow.Connection] = mayClaimPriority;
            return;
        }
        long now = Environment.TickCount64;
        if (_udp.Count >= limit && !_udp.ContainsKey(flow.Remote))
        {
            foreach ((IPEndPoint remote, (long since, _)) in _udp)
            {
                if (now - since >= udpLifetime.TotalMilliseconds)
                    _udp.TryRemove(remote, out _);
            }
            if (_udp.Count >= limit)
                return;
        }
        _udp[flow.Remote] = (now, mayClaimPriority);
    }

    public void Closed(in SipFlow flow) => _connections.TryRemove(flow.Connection, out _);
}
