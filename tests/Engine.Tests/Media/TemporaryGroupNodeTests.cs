using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A temporary group call over two media nodes with real sockets on the loopback interface.</summary>
public sealed class TemporaryGroupNodeTests : IDisposable
{
    private const int FunctionLeg = 100;
    private const uint SsrcDown = 0xC000_0000;
    private const uint SsrcUp = 0xD000_0000;

    private static readonly CallId Call = new(42);

    private readonly MediaNode _controlling = new(new MediaNodeOptions { Address = IPAddress.Loopback });
    private readonly MediaNode _constituent = new(new MediaNodeOptions { Address = IPAddress.Loopback });
    private readonly GroupMasterKey _key = RouterHarness.NewGroupKey();
    private readonly Dictionary<int, LoopbackClient> _clients = [];
    private readonly MediaEndpoints _above;
    private readonly MediaEndpoints _below;

    public TemporaryGroupNodeTests()
    {
        _controlling.Start();
        _constituent.Start();
        _above = _controlling.EndpointsFor(Call);
        _below = _constituent.EndpointsFor(Call);
        using McxKey spk = TemporaryGroupNetwork.Spk(FunctionLeg);
        Submit(_controlling, new OpenCall(
            Call, "sip:temporary@example.org", new FloorPolicy { TemporaryGroup = true }, _key, null));
        Submit(_constituent, new OpenCall(Call, "sip:constituent@example.org", new FloorPolicy(), _key, null)
        {
            ControllingFunction = new FunctionPeer(new LegId(900), _above.Audio, _above.Floor, spk, SsrcUp, SsrcDown),
        });
        foreach (int number in (int[])[1, 2])
            Join(_controlling, number);
        foreach (int number in (int[])[11, 12, 13])
            Join(_constituent, number);
        Eventually(() => _constituent.ReadCounters().Legs == 4);
        Submit(_controlling, new AddNonControllingFunction(
            Call, new FunctionPeer(new LegId(FunctionLeg), _below.Audio, _below.Floor, spk, SsrcDown, SsrcUp),
            new FloorParticipantProfile { McpttId = "sip:constituent@example.org", QueueingNegotiated = true }));
        Submit(_controlling, new CompleteTemporaryGroup(Call, []));
        Eventually(() => _controlling.ReadCounters().Legs == 3);
    }

    [Fact]
    public void Floor_and_media_cross_two_nodes_both_ways()
    {
        Talk(11);
        Talk(1);
        Assert.Equal(0, _controlling.ReadCounters().DroppedTotal);
        Assert.Equal(0, _constituent.ReadCounters().DroppedTotal);
    }

    [Fact]
    public void A_request_waits_behind_a_talker_of_the_other_node()
    {
        Send(1, FloorMessageType.Request);
        Hear(1, FloorMessageType.Granted);
        Hear(12, FloorMessageType.Taken);
        Send(12, FloorMessageType.Request);
        Hear(12, FloorMessageType.QueuePositionInfo);
        Send(1, FloorMessageType.Release);
        Hear(12, FloorMessageType.Granted);
        Hear(1, FloorMessageType.Taken);
        Hear(11, FloorMessageType.Taken);
    }

    [Fact]
    public void A_node_that_dies_with_the_floor_loses_it()
    {
        Submit(_controlling, new SetFloorPolicy(Call, new FloorPolicy { TemporaryGroup = true, T1 = TimeSpan.FromSeconds(1) }));
        Send(11, FloorMessageType.Request);
        Hear(11, FloorMessageType.Granted);
        Hear(1, FloorMessageType.Taken);

        _constituent.Dispose();

        // T1, nothing else, ends the talk: no media came.
        Assert.Equal(new FloorChanged(Call, new LegId(FunctionLeg)), NextFloorChange(report => report.Talker is not null));
        Assert.Equal(new FloorChanged(Call, null), NextFloorChange(_ => true));
        Send(1, FloorMessageType.Request);
        Hear(1, FloorMessageType.Granted);
    }

    public void Dispose()
    {
        _controlling.Dispose();
        _constituent.Dispose();
        foreach (LoopbackClient client in _clients.Values)
            client.Dispose();
        _key.Dispose();
    }

    private void Talk(int talker)
    {
        Send(talker, FloorMessageType.Request);
        Hear(talker, FloorMessageType.Granted);
        byte[] packet = _clients[talker].Client.MediaPacket(_key);
        _clients[talker].SendAudio(packet, EndpointsOf(talker));
        foreach ((int number, LoopbackClient listener) in _clients)
        {
            if (number == talker)
                continue;
            Hear(number, FloorMessageType.Taken);
            Assert.Equal(packet, listener.ReceiveAudio());
        }
        Send(talker, FloorMessageType.Release);
        foreach (LoopbackClient client in _clients.Values)
            client.ReceiveIdle();
    }

    private void Join(MediaNode node, int number)
    {
        var client = new LoopbackClient(number);
        _clients.Add(number, client);
        Submit(node, client.Client.Leg(Call));
    }

    private MediaEndpoints EndpointsOf(int number) => number < 10 ? _above : _below;

    private void Send(int number, FloorMessageType type) => _clients[number].SendFloor(type, EndpointsOf(number));

    private void Hear(int number, FloorMessageType type) => Assert.Equal(type, _clients[number].ReceiveFloor());

    private FloorChanged NextFloorChange(Func<FloorChanged, bool> wanted)
    {
        using var patience = new CancellationTokenSource(LoopbackClient.Patience);
        while (true)
        {
            MediaReport report = _controlling.Reports.ReadAsync(patience.Token).AsTask().GetAwaiter().GetResult();
            if (report is FloorChanged found && wanted(found))
                return found;
        }
    }

    private static void Submit(MediaNode node, MediaCommand command) => Assert.True(node.TrySubmit(command));

    private static void Eventually(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, LoopbackClient.Patience));
}
