using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>What the media plane makes of rights and of the policies for several talkers.</summary>
public sealed class MediaFloorRightsTests
{
    [Fact]
    public void A_message_without_a_right_to_it_is_counted_each_time_and_reported_once_a_minute()
    {
        var harness = new RouterHarness();
        TestClient client = harness.Join(1);
        harness.Reports.Clear();

        for (int i = 0; i < 5; i++)
            harness.ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.Granted));
        Assert.Equal(5, harness.Dropped(MediaDrop.FloorNotAllowed));
        Assert.Equal([new FloorMessagesRefused(RouterHarness.Call, new LegId(1), FloorMessageType.Granted, 1)], Refusals(harness));

        harness.Advance(FloorMessagesRefused.Interval);
        harness.ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.Taken));
        Assert.Equal(new FloorMessagesRefused(RouterHarness.Call, new LegId(1), FloorMessageType.Taken, 5), Refusals(harness)[^1]);
    }

    [Fact]
    public void Floor_control_under_another_ssrc_than_the_agreed_one_is_nobodys()
    {
        var harness = new RouterHarness();
        using var client = new TestClient(1);
        harness.Router.Execute(client.Leg(RouterHarness.Call) with { FloorSsrc = client.FloorSsrc }, harness.Now);
        harness.Join(2);

        harness.ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.Request, ssrc: client.FloorSsrc + 1));
        Assert.Equal((1, 0), (harness.Dropped(MediaDrop.UnknownSource), harness.Floor.Count));
        harness.GiveFloor(client);
    }

    [Fact]
    public void Everybody_hears_every_one_of_several_talkers_who_hear_each_other()
    {
        var harness = new RouterHarness(new FloorPolicy { MaxTalkers = 2 });
        TestClient first = harness.Join(1), second = harness.Join(2), listener = harness.Join(3);
        harness.GiveFloor(first);
        harness.GiveFloor(second);

        Assert.Equal([second.AudioKey, listener.AudioKey], Heard(harness, first));
        Assert.Equal([first.AudioKey, listener.AudioKey], Heard(harness, second));
    }

    [Theory]
    [InlineData(DualFloorListeners.Both)]
    [InlineData(DualFloorListeners.Overriding)]
    public void With_dual_floor_the_talkers_hear_each_other_and_the_rest_what_the_policy_says(DualFloorListeners listeners)
    {
        var harness = new RouterHarness(new FloorPolicy { DualFloor = true, DualFloorListeners = listeners });
        TestClient overridden = harness.Join(1), listener = harness.Join(3);
        using var overriding = new TestClient(2);
        AddLeg leg = overriding.Leg(RouterHarness.Call, LegDelivery.Multicast);
        harness.Router.Execute(leg with { Profile = leg.Profile with { MayClaimEmergency = true } }, harness.Now);
        harness.GiveFloor(overridden);
        bool both = listeners == DualFloorListeners.Both;
        Assert.Equal([listener.AudioKey], Heard(harness, overridden));

        harness.ReceiveFloor(overriding.Floor, Emergency(overriding));

        // The overriding talker is served by the bearer, which only carries what all may hear.
        Assert.Equal([both ? listener.AudioKey : overriding.AudioKey], Heard(harness, overridden));
        Assert.Equal(both ? 1 : 0, harness.Multicast.Count);
        Assert.Equal([overridden.AudioKey, listener.AudioKey], Heard(harness, overriding));
    }

    [Fact]
    public void An_upgrade_of_the_session_asks_for_the_floor_with_its_weight()
    {
        var harness = new RouterHarness();
        TestClient talker = harness.Join(1), other = harness.Join(2);
        harness.GiveFloor(talker);

        harness.Router.Execute(new RequestFloor(RouterHarness.Call, new LegId(2), FloorIndicator.Emergency), harness.Now);

        Assert.Equal([FloorMessageType.Revoke], harness.FloorMessagesFor(talker));
        Assert.Equal([FloorMessageType.QueuePositionInfo], harness.FloorMessagesFor(other));
    }

    private static FloorMessagesRefused[] Refusals(RouterHarness harness) => [.. harness.Reports.OfType<FloorMessagesRefused>()];

    private static byte[] Emergency(TestClient client)
    {
        byte[] buffer = new byte[256];
        var writer = new FloorMessageWriter(buffer, FloorMessageType.Request, ackRequired: false, client.FloorSsrc);
        writer.AddFloorIndicator(FloorIndicator.Emergency);
        return client.ProtectFloor(buffer, writer.Complete());
    }

    /// <summary>Where one packet of the talker goes by unicast.</summary>
    private static IEnumerable<SocketAddressKey> Heard(RouterHarness harness, TestClient talker)
    {
        harness.Clear();
        harness.ReceiveAudio(talker.Audio, talker.MediaPacket(harness.Key));
        return Enumerable.Range(0, harness.Audio.Count).Select(harness.Audio.Destination).OrderBy(to => to.InternetAddress);
    }
}
