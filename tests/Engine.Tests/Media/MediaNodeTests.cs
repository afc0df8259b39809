using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>The node with real sockets on the loopback interface.</summary>
public sealed class MediaNodeTests : IDisposable
{
    private static readonly CallId Call = new(42);

    private readonly MediaNode _node = new(
        new MediaNodeOptions { Address = IPAddress.Loopback, Shards = 2 });

    private readonly GroupMasterKey _key = RouterHarness.NewGroupKey();
    private readonly List<LoopbackClient> _clients = [];
    private MediaEndpoints _endpoints = null!;

    [Fact]
    public void Floor_control_and_media_run_over_unicast_and_multicast()
    {
        using var group = new MulticastListener();
        Open(TestBearer.Subchannel(group.Address) with { MinimumListeners = 1 });
        LoopbackClient talker = Join(1, LegDelivery.Unicast);
        LoopbackClient listener = Join(2, LegDelivery.Unicast);
        Join(3, LegDelivery.Multicast);
        WaitForLegs(3);

        talker.SendFloor(FloorMessageType.Request, _endpoints);
        Assert.Equal(FloorMessageType.Granted, talker.ReceiveFloor());
        Assert.Equal(FloorMessageType.Taken, listener.ReceiveFloor());
        Assert.Equal(new FloorChanged(Call, new LegId(1)), NextReport<FloorChanged>(report => report.Talker is not null));
        Assert.True(_node.TrySubmit(new ReportListening(Call, new LegId(3), Listens: true)));
        // Commands of a call keep their order: when this one is answered, that one is done.
        Assert.True(_node.TrySubmit(new RemoveLeg(Call, new LegId(99))));
        NextReport<CommandRefused>(_ => true);

        byte[] packet = talker.Client.MediaPacket(_key);
        talker.SendAudio(packet, _endpoints);
        Assert.Equal(packet, listener.ReceiveAudio());
        Assert.Equal(packet, group.Receive());
        listener.Client.Expect(_key);
        Assert.Equal(_key.GukIdFor(talker.Client.McpttId), listener.Client.OpenMedia(packet));

        MediaCounters counters = _node.ReadCounters();
        Assert.Equal(1, counters.AcceptedMedia_packets);
        Assert.Equal(1, counters.ForwardedMedia_packets);
        Assert.Equal(1, counters.MulticastMedia_packets);
        Assert.Equal(0, counters.DroppedTotal);
    }

    [Fact]
    public void Rubbish_at_both_ports_is_counted_and_the_node_goes_on()
    {
        Open(null);
        LoopbackClient talker = Join(1, LegDelivery.Unicast);
        LoopbackClient listener = Join(2, LegDelivery.Unicast);
        WaitForLegs(2);

        var random = new Random(1);
        // Few enough to wait in a socket buffer of default size should the thread be slow to start.
        const int datagrams = 40;
        for (int i = 0; i < datagrams; i++)
        {
            byte[] rubbish = new byte[random.Next(0, 2100)];
            random.NextBytes(rubbish);
            talker.SendAudio(rubbish, _endpoints);
            talker.SendFloorDatagram(rubbish, _endpoints);
        }
        Eventually(() => _node.ReadCounters() is { ReceivedMedia_packets: datagrams, ReceivedFloor_packets: datagrams });
        Assert.Equal(2 * datagrams, _node.ReadCounters().DroppedTotal);

        talker.SendFloor(FloorMessageType.Request, _endpoints);
        Assert.Equal(FloorMessageType.Granted, talker.ReceiveFloor());
        byte[] packet = talker.Client.MediaPacket(_key);
        talker.SendAudio(packet, _endpoints);
        Assert.Equal(packet, listener.ReceiveAudio());
    }

    [Fact]
    public void The_last_media_before_a_floor_release_is_still_the_talkers()
    {
        const int turns = 300;
        const int packets = 3;
        Open(null);
        LoopbackClient talker = Join(1, LegDelivery.Unicast);
        LoopbackClient listener = Join(2, LegDelivery.Unicast);
        WaitForLegs(2);
        for (int turn = 0; turn < turns; turn++)
        {
            talker.SendFloor(FloorMessageType.Request, _endpoints);
            FloorMessageType answer;
            do
                answer = talker.ReceiveFloor();
            while (answer != FloorMessageType.Granted);
            for (int i = 0; i < packets; i++)
                talker.SendAudio(talker.Client.MediaPacket(_key), _endpoints);
            talker.SendFloor(FloorMessageType.Release, _endpoints);
        }

        Eventually(() => _node.ReadCounters().ReceivedMedia_packets == turns * packets);

        Assert.Equal(turns * packets, _node.ReadCounters().AcceptedMedia_packets);
        Assert.Equal(0, _node.ReadCounters().DroppedTotal);
        listener.Drain();
    }

    [Fact]
    public void Timers_fire_while_nothing_arrives()
    {
        Open(null, new FloorPolicy { T4 = TimeSpan.FromMilliseconds(30) });

        Assert.Equal(new CallInactive(Call), NextReport<CallInactive>(_ => true));
    }

    [Fact]
    public void The_submitter_may_dispose_its_keys_at_once()
    {
        Open(null);
        GroupMasterKey next = TestClient.GroupKey(0x0000_0555);
        Assert.True(_node.TrySubmit(new InstallGroupKey(Call, next)));
        next.Dispose();
        LoopbackClient talker = Join(1, LegDelivery.Unicast);
        WaitForLegs(1);

        using GroupMasterKey same = TestClient.GroupKey(0x0000_0555);
        talker.SendAudio(talker.Client.MediaPacket(same), _endpoints);

        Eventually(() => _node.ReadCounters().Dropped(MediaDrop.NoFloor) == 1);
    }

    [Fact]
    public void A_port_that_is_taken_is_named_with_the_way_out()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        using var node = new MediaNode(
            new MediaNodeOptions { Address = IPAddress.Loopback, AudioPort = port });

        MediaBindException refused = Assert.Throws<MediaBindException>(node.Start);

        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(MediaNodeOptions.AudioPort), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_command_queue_refuses()
    {
        using var node = new MediaNode(
            new MediaNodeOptions { Address = IPAddress.Loopback, MaxCommands = 1, MaxReports = 1 });
        node.Start();
        // More commands than the thread can take between two submissions, so one of them must find the queue full.
        bool refused = false;
        for (int i = 0; i < 1_000_000 && !refused; i++)
            refused = !node.TrySubmit(new CloseCall(Call));
        Assert.True(refused);
    }

    [Fact]
    public void A_slow_reader_loses_changes_of_talker_before_anything_else()
    {
        using var node = new MediaNode(
            new MediaNodeOptions { Address = IPAddress.Loopback, MaxReports = 3 });
        node.Start();
        const int calls = 10;
        for (int i = 0; i < calls; i++)
            Assert.True(node.TrySubmit(new OpenCall(new CallId((ulong)i), "g", new FloorPolicy(), _key, null)));
        for (int i = 0; i < 3; i++)
            Assert.True(node.TrySubmit(new CloseCall(new CallId(1000))));
        Eventually(() => node.ReadCounters() is { Calls: calls, LostReports: >= calls });

        for (int i = 0; i < 3; i++)
        {
            Assert.True(node.Reports.TryRead(out MediaReport? report));
            Assert.IsType<CommandRefused>(report);
        }
        Assert.False(node.Reports.TryRead(out _));
    }

    [Fact]
    public void Calls_spread_over_the_shards_and_keep_their_endpoints()
    {
        _node.Start();
        MediaEndpoints[] endpoints = [.. Enumerable.Range(0, 64).Select(i => _node.EndpointsFor(new CallId((ulong)i)))];

        Assert.Equal(2, endpoints.Distinct().Count());
        Assert.Equal(endpoints[5], _node.EndpointsFor(new CallId(5)));
    }

    public void Dispose()
    {
        _node.Dispose();
        _clients.ForEach(client => client.Dispose());
        _key.Dispose();
    }

    private void Open(MulticastSubchannel? bearer, FloorPolicy? policy = null)
    {
        _node.Start();
        _endpoints = _node.EndpointsFor(Call);
        Assert.True(_node.TrySubmit(new OpenCall(Call, "sip:group@example.org", policy ?? new FloorPolicy(), _key, bearer)));
    }

    private LoopbackClient Join(int number, LegDelivery delivery)
    {
        var client = new LoopbackClient(number);
        _clients.Add(client);
        Assert.True(_node.TrySubmit(client.Client.Leg(Call, delivery)));
        return client;
    }

    /// <summary>Also lets the Floor Idle messages of the joining pass by.</summary>
    private void WaitForLegs(int count)
    {
        Eventually(() => _node.ReadCounters().Legs == count);
        _clients.ForEach(client => client.Drain());
    }

    private T NextReport<T>(Func<T, bool> wanted)
        where T : MediaReport
    {
        using var patience = new CancellationTokenSource(LoopbackClient.Patience);
        while (true)
        {
            MediaReport report = _node.Reports.ReadAsync(patience.Token).AsTask().GetAwaiter().GetResult();
            if (report is T found && wanted(found))
                return found;
        }
    }

    private static void Eventually(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, LoopbackClient.Patience));
}
