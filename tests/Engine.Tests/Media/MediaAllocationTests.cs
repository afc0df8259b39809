using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class MediaAllocationTests
{
    private const int WarmUp_packets = 200;
    private const int Measured_packets = 500;

    private readonly RouterHarness _harness = new();

    [Fact]
    public void Forwarding_a_packet_allocates_nothing()
    {
        TestClient talker = _harness.Join(1);
        for (int i = 2; i < 12; i++)
            _harness.Join(i);
        TestClient[] listeners = [_harness.Join(12, LegDelivery.Multicast), _harness.Join(13, LegDelivery.Multicast)];
        _harness.GiveFloor(talker);
        foreach (TestClient listener in listeners)
            _harness.Listen(listener);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => talker.MediaPacket(_harness.Key))];

        Assert.Equal(0, AllocatedBy(packets, packet => _harness.ReceiveAudio(talker.Audio, packet)));
        Assert.Equal(10 * packets.Length, _harness.Router.ReadCounters().ForwardedMedia_packets);
        Assert.Equal(packets.Length, _harness.Router.ReadCounters().MulticastMedia_packets);
    }

    [Fact]
    public void A_floor_message_allocates_nothing()
    {
        TestClient talker = _harness.Join(1);
        for (int i = 2; i < 6; i++)
            _harness.Join(i);
        TestClient[] listeners = [_harness.Join(6, LegDelivery.Multicast), _harness.Join(7, LegDelivery.Multicast)];
        _harness.GiveFloor(talker);
        foreach (TestClient listener in listeners)
            _harness.Listen(listener);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(
            i => talker.FloorPacket(i % 2 == 0 ? FloorMessageType.Request : FloorMessageType.Release))];
        _harness.Reports.Capacity = 4 * packets.Length;

        Assert.Equal(0, AllocatedBy(packets, packet => _harness.ReceiveFloor(talker.Floor, packet)));
        Assert.True(_harness.Router.ReadCounters().SentFloor_packets >= 5 * packets.Length);
    }

    [Fact]
    public void When_nobody_watches_any_more_a_floor_message_allocates_nothing_again()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(
            i => talker.FloorPacket(i % 2 == 0 ? FloorMessageType.Request : FloorMessageType.Release))];
        _harness.Reports.Capacity = 4 * packets.Length;
        _harness.Router.Execute(new WatchFloor(RouterHarness.Call, On: true), _harness.Now);
        _harness.Router.Execute(new WatchFloor(RouterHarness.Call, On: false), _harness.Now);

        Assert.Equal(0, AllocatedBy(packets, packet =>
        {
            _harness.ReceiveFloor(talker.Floor, packet);
            _harness.Router.Expire(_harness.Now);
        }));
        Assert.DoesNotContain(_harness.Reports, report => report is FloorWatched);
    }

    [Fact]
    public void A_floor_message_without_a_right_to_it_allocates_nothing()
    {
        TestClient client = _harness.Join(1);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => client.FloorPacket(FloorMessageType.Granted))];

        Assert.Equal(0, AllocatedBy(packets, packet => _harness.ReceiveFloor(client.Floor, packet)));
        Assert.Equal(packets.Length, _harness.Dropped(MediaDrop.FloorNotAllowed));
    }

    [Fact]
    public void Forwarding_the_overridden_talker_to_the_overriding_one_alone_allocates_nothing()
    {
        var policy = new FloorPolicy { DualFloor = true, DualFloorListeners = DualFloorListeners.Overriding };
        _harness.Router.Execute(new SetFloorPolicy(RouterHarness.Call, policy), _harness.Now);
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.Join(3);
        _harness.GiveFloor(talker);
        _harness.Router.Execute(new RequestFloor(RouterHarness.Call, new LegId(2), FloorIndicator.Emergency), _harness.Now);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => talker.MediaPacket(_harness.Key))];

        Assert.Equal(0, AllocatedBy(packets, packet => _harness.ReceiveAudio(talker.Audio, packet)));
        Assert.Equal(packets.Length, _harness.Router.ReadCounters().ForwardedMedia_packets);
    }

    [Fact]
    public void A_packet_of_nobody_allocates_nothing()
    {
        _harness.Join(1);
        using var stranger = new TestClient(9);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => stranger.MediaPacket(_harness.Key))];

        Assert.Equal(0, AllocatedBy(packets, packet => _harness.ReceiveAudio(stranger.Audio, packet)));
        Assert.Equal(packets.Length, _harness.Dropped(MediaDrop.UnknownSource));
    }

    private long AllocatedBy(byte[][] packets, Action<byte[]> receive) =>
        Allocation.Least_bytes(packets, WarmUp_packets, receive, _harness.Clear);
}
