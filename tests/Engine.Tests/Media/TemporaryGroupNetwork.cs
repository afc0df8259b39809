using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>
/// A temporary group call over three media nodes and a network in one hand: the controlling function with clients 1 and 2, a
/// constituent group at node A with 11, 12 and 13, another at node B with 21 and 22. What a test does not deliver, delay or
/// lose arrives at once and in order.
/// </summary>
internal sealed class TemporaryGroupNetwork
{
    public const int LegOfA = 100;
    public const int LegOfB = 200;
    public const int Upwards = 900;

    public static readonly CallId Call = new(1);

    private readonly Dictionary<IPEndPoint, (RouterNode Node, bool Audio)> _nodePorts = [];
    private readonly Dictionary<IPEndPoint, (TestClient Client, bool Audio)> _clientPorts = [];
    private readonly Dictionary<int, RouterNode> _home = [];
    private readonly PriorityQueue<Action, (long At, long Order)> _inFlight = new();
    private long _order;

    public TemporaryGroupNetwork(FloorPolicy? policy = null, RouterLimits? limits = null)
    {
        Controlling = Node(1, limits);
        A = Node(2, limits);
        B = Node(3, limits);
        Execute(Controlling, new OpenCall(Call, "sip:temporary@example.org",
            (policy ?? new FloorPolicy()) with { TemporaryGroup = true }, RouterHarness.NewGroupKey(), null));
        OpenRelayed(A, LegOfA);
        OpenRelayed(B, LegOfB);
        foreach (int number in (int[])[1, 2])
            Join(Controlling, number);
        foreach (int number in (int[])[11, 12])
            Join(A, number);
        Join(A, 13, LegDelivery.Multicast);
        foreach (int number in (int[])[21, 22])
            Join(B, number);
    }

    public RouterNode Controlling { get; }

    public RouterNode A { get; }

    public RouterNode B { get; }

    public Dictionary<int, TestClient> Clients { get; } = [];

    public GroupMasterKey Key { get; } = RouterHarness.NewGroupKey();

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    /// <summary>Floor messages to a client, in clear.</summary>
    public Action<int, byte[]> OnFloor { get; set; } = static (_, _) => { };

    public Action<int, byte[]> OnMedia { get; set; } = static (_, _) => { };

    /// <summary>How long the next datagram is under way; null when it is lost.</summary>
    public Func<TimeSpan?> Fate { get; set; } = static () => TimeSpan.Zero;

    /// <summary>Types of the floor messages since <see cref="Forget"/>, by client.</summary>
    public List<(int Client, FloorMessageType Type)> Heard { get; } = [];

    public List<(int Client, byte[] Packet)> Media { get; } = [];

    public static McxKey Spk(int legAtControlling, int seed = 7) => new(
        new KeyIdentifier(0x3000_0000 + (uint)legAtControlling), TestClient.Octets(seed, 16), TestClient.Octets(8, 16));

    /// <summary>Node A or B as the controlling function sees it.</summary>
    public FunctionPeer Downwards(int leg, uint generation = 0) => Peer(
        leg, leg, leg == LegOfA ? A : B, 0xC000_0000 + generation, 0xD000_0000 + generation);

    /// <summary>The controlling function as node A or B sees it.</summary>
    public FunctionPeer UpwardsOf(int legAtControlling, uint generation = 0) => Peer(
        Upwards, legAtControlling, Controlling, 0xD000_0000 + generation, 0xC000_0000 + generation);

    public void Connect(int leg, uint generation = 0) => Execute(Controlling, new AddNonControllingFunction(
        Call, Downwards(leg, generation), new FloorParticipantProfile
        {
            McpttId = $"sip:function{leg}@example.org",
            NegotiatedPriority = 9,
            MayClaimEmergency = true,
        }));

    /// <summary>Both groups have answered, nobody asked for the floor yet.</summary>
    public TemporaryGroupNetwork Start()
    {
        Connect(LegOfA);
        Connect(LegOfB);
        Execute(Controlling, new CompleteTemporaryGroup(Call, []));
        Forget();
        return this;
    }

    public TestClient Join(RouterNode node, int number, LegDelivery delivery = LegDelivery.Unicast)
    {
        var client = new TestClient(number);
        Clients.Add(number, client);
        _home.Add(number, node);
        _clientPorts.Add(client.Audio, (client, true));
        _clientPorts.Add(client.Floor, (client, false));
        Execute(node, client.Leg(Call, delivery));
        return client;
    }

    public void Execute(RouterNode node, MediaCommand command)
    {
        node.Router.Execute(command, Now);
        Collect(node);
        Deliver();
    }

    public void Floor(int client, FloorMessageType type) => Floor(client, Clients[client].FloorPacket(type));

    public void Floor(int client, byte[] packet) => Send(Clients[client].Floor, _home[client].FloorAddress, packet);

    public byte[] Talk(int client)
    {
        byte[] packet = Clients[client].MediaPacket(Key);
        Send(Clients[client].Audio, _home[client].AudioAddress, packet);
        return packet;
    }

    public void Send(IPEndPoint from, IPEndPoint to, byte[] packet)
    {
        if (Fate() is not { } delay)
            return;
        _inFlight.Enqueue(() => Arrive(from, to, packet), ((Now + delay).Nanoseconds, _order++));
        Deliver();
    }

    public void Advance(TimeSpan duration)
    {
        Now += duration;
        foreach (RouterNode node in (RouterNode[])[Controlling, A, B])
        {
            node.Router.Expire(Now);
            Collect(node);
        }
        Deliver();
    }

    public void Forget()
    {
        Heard.Clear();
        Media.Clear();
    }

    /// <summary>"1 Taken, 11 Granted, ...", by client.</summary>
    public string TakeHeard()
    {
        string heard = string.Join(", ", Heard.OrderBy(entry => entry.Client).Select(entry => $"{entry.Client} {entry.Type}"));
        Heard.Clear();
        return heard;
    }

    /// <summary>Who got exactly this packet, once each.</summary>
    public string TakeListeners(byte[] packet)
    {
        Assert.All(Media, entry => Assert.Equal(packet, entry.Packet));
        string listeners = string.Join(", ", Media.Select(entry => entry.Client).Order());
        Media.Clear();
        return listeners;
    }

    private static FunctionPeer Peer(int leg, int legAtControlling, RouterNode node, uint serverSsrc, uint peerSsrc) =>
        new(new LegId(leg), node.AudioAddress, node.FloorAddress, Spk(legAtControlling), serverSsrc, peerSsrc);

    private RouterNode Node(int number, RouterLimits? limits)
    {
        var node = new RouterNode(number, limits);
        _nodePorts.Add(node.AudioAddress, (node, true));
        _nodePorts.Add(node.FloorAddress, (node, false));
        return node;
    }

    private void OpenRelayed(RouterNode node, int legAtControlling) => Execute(node, new OpenCall(
        Call, "sip:constituent@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(), RouterHarness.Bearer)
    { ControllingFunction = UpwardsOf(legAtControlling) });

    private void Deliver()
    {
        while (_inFlight.TryPeek(out Action? arrive, out (long At, long) key) && key.At <= Now.Nanoseconds)
        {
            _inFlight.Dequeue();
            arrive();
        }
    }

    private void Arrive(IPEndPoint from, IPEndPoint to, byte[] packet)
    {
        if (_nodePorts.TryGetValue(to, out (RouterNode Node, bool Audio) port))
        {
            if (port.Audio)
                port.Node.Router.ReceiveAudio(SocketAddressKey.From(from), packet, Now);
            else
                port.Node.Router.ReceiveFloor(SocketAddressKey.From(from), packet, Now);
            Collect(port.Node);
        }
        else if (_clientPorts.TryGetValue(to, out (TestClient Client, bool Audio) client))
        {
            if (client.Audio)
                HearMedia(client.Client.Number, packet);
            else
                HearFloor(client.Client, packet);
        }
    }

    private void HearFloor(TestClient client, byte[] packet)
    {
        byte[] plain = client.OpenFloor(packet);
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(plain, out FloorMessage message, out _));
        Heard.Add((client.Number, message.Type));
        OnFloor(client.Number, plain);
    }

    private void HearMedia(int client, byte[] packet)
    {
        Media.Add((client, packet));
        OnMedia(client, packet);
    }

    private void Collect(RouterNode node)
    {
        Collect(node, node.Audio, node.AudioAddress);
        Collect(node, node.Floor, node.FloorAddress);
        for (int i = 0; i < node.Multicast.Count; i++)
            HearMedia(13, node.Multicast.Payload(i).ToArray());
        node.Clear();
    }

    private void Collect(RouterNode node, SendQueue queue, IPEndPoint from)
    {
        for (int i = 0; i < queue.Count; i++)
        {
            IPEndPoint to = queue.Destination(i).ToEndPoint();
            byte[] packet = queue.Payload(i).ToArray();
            if (Fate() is { } delay)
                _inFlight.Enqueue(() => Arrive(from, to, packet), ((Now + delay).Nanoseconds, _order++));
        }
    }
}
