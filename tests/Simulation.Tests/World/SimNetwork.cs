using System.Net;
using MediaEngine.Media;

namespace MediaEngine.Simulation.Tests;

/// <summary>Datagrams between clients and server: each client's link loses, delays, doubles and reorders them by chance.</summary>
internal sealed class SimNetwork(SimWorld world)
{
    private readonly Random _random = world.NewRandom();
    private readonly Dictionary<SocketAddressKey, Action<IPEndPoint, byte[]>> _open = [];
    private readonly Dictionary<SocketAddressKey, List<(IPEndPoint Member, Action<byte[]> Receive)>> _bearers = [];
    private readonly HashSet<IPAddress> _partitioned = [];

    public double Loss { get; set; }

    public double Duplication { get; set; }

    public double Reordering { get; set; }

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(4);

    public TimeSpan Jitter { get; set; } = TimeSpan.FromMilliseconds(12);

    public void Open(IPEndPoint address, Action<IPEndPoint, byte[]> receive) => _open[SocketAddressKey.From(address)] = receive;

    public void Close(IPEndPoint address) => _open.Remove(SocketAddressKey.From(address));

    public void Join(IPEndPoint bearer, IPEndPoint member, Action<byte[]> receive)
    {
        SocketAddressKey key = SocketAddressKey.From(bearer);
        if (!_bearers.TryGetValue(key, out List<(IPEndPoint, Action<byte[]>)>? members))
            _bearers[key] = members = [];
        members.Add((member, receive));
    }

    public void Leave(IPEndPoint bearer, IPEndPoint member)
    {
        if (_bearers.TryGetValue(SocketAddressKey.From(bearer), out List<(IPEndPoint Member, Action<byte[]>)>? members))
            members.RemoveAll(entry => entry.Member.Equals(member));
    }

    public void Partition(IPAddress client, TimeSpan duration)
    {
        world.Note($"partition {client}");
        _partitioned.Add(client);
        world.After(duration, () => _partitioned.Remove(client));
    }

    public void Heal()
    {
        world.Note("network healed");
        _partitioned.Clear();
        Loss = 0;
        Duplication = 0;
        Reordering = 0;
    }

    public void Send(string what, IPEndPoint from, IPEndPoint to, byte[] octets)
    {
        world.Trace.Datagram(world.Now, what, from, to, octets);
        if (_bearers.TryGetValue(SocketAddressKey.From(to), out List<(IPEndPoint Member, Action<byte[]> Receive)>? members))
        {
            foreach ((IPEndPoint member, Action<byte[]> receive) in members.ToArray())
                Carry(from, member, () => receive(octets));
            return;
        }
        Carry(from, to, () =>
        {
            if (_open.TryGetValue(SocketAddressKey.From(to), out Action<IPEndPoint, byte[]>? receive))
                receive(from, octets);
        });
    }

    private void Carry(IPEndPoint from, IPEndPoint to, Action arrive)
    {
        if (IsCut(from, to) || _random.NextDouble() < Loss)
            return;
        int copies = _random.NextDouble() < Duplication ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            TimeSpan delay = Delay + Jitter * _random.NextDouble();
            if (_random.NextDouble() < Reordering)
                delay += Jitter * 10 * _random.NextDouble();
            world.After(delay, () =>
            {
                if (!IsCut(from, to))
                    arrive();
            });
        }
    }

    private bool IsCut(IPEndPoint from, IPEndPoint to) => _partitioned.Contains(from.Address) || _partitioned.Contains(to.Address);
}
