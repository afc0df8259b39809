using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class MediaForwardingTests
{
    private readonly RouterHarness _harness = new();

    [Fact]
    public void Media_of_the_talker_goes_unchanged_to_every_other_leg()
    {
        TestClient talker = _harness.Join(1);
        TestClient second = _harness.Join(2);
        TestClient third = _harness.Join(3);
        _harness.GiveFloor(talker);

        byte[] packet = talker.MediaPacket(_harness.Key);
        _harness.ReceiveAudio(talker.Audio, packet);

        Assert.Equal([second.Audio, third.Audio], RouterHarness.Destinations(_harness.Audio));
        Assert.Equal(packet, _harness.Audio.Payload(0));
        Assert.Equal(packet, _harness.Audio.Payload(1));
        second.Expect(_harness.Key);
        Assert.Equal(_harness.Key.GukIdFor(talker.McpttId), second.OpenMedia(_harness.Audio.Payload(0)));
        Assert.Equal(2, _harness.Router.ReadCounters().ForwardedMedia_packets);
    }

    [Fact]
    public void Media_without_the_floor_is_answered_with_Revoke_cause_3()
    {
        TestClient talker = _harness.Join(1);
        TestClient intruder = _harness.Join(2);
        _harness.GiveFloor(talker);

        _harness.ReceiveAudio(intruder.Audio, intruder.MediaPacket(_harness.Key));

        Assert.Equal(0, _harness.Audio.Count);
        Assert.Equal(1, _harness.Dropped(MediaDrop.NoFloor));
        byte[] revoke = intruder.OpenFloor(_harness.Floor.Payload(0));
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(revoke, out FloorMessage message, out _));
        Assert.Equal(FloorMessageType.Revoke, message.Type);
        Assert.True(message.TryGetRejectCause(out ushort cause, out _));
        Assert.Equal(3, cause);
    }

    [Fact]
    public void Media_from_nobody_is_dropped_and_nothing_is_sent()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.GiveFloor(talker);
        using var stranger = new TestClient(9);

        _harness.ReceiveAudio(stranger.Audio, stranger.MediaPacket(_harness.Key));

        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownSource));
        Assert.Equal(0, _harness.Audio.Count);
    }

    [Fact]
    public void Media_under_a_key_the_call_does_not_have_is_dropped()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.GiveFloor(talker);

        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(TestClient.GroupKey(0x0000_0888)));

        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownMki));
        Assert.Equal(0, _harness.Audio.Count);
    }

    [Fact]
    public void A_right_MKI_over_a_wrong_key_does_not_authenticate()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.GiveFloor(talker);
        byte[] packet = talker.MediaPacket(_harness.Key);
        packet[20] ^= 0x01;

        _harness.ReceiveAudio(talker.Audio, packet);

        Assert.Equal(1, _harness.Dropped(MediaDrop.AuthenticationFailed));
        Assert.Equal(0, _harness.Audio.Count);
    }

    [Fact]
    public void No_packet_with_one_bit_changed_is_forwarded()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.GiveFloor(talker);
        byte[] packet = talker.MediaPacket(_harness.Key);

        for (int bit = 0; bit < 8 * packet.Length; bit++)
        {
            byte[] changed = [.. packet];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            _harness.ReceiveAudio(talker.Audio, changed);
        }

        Assert.Equal(0, _harness.Audio.Count);
        Assert.Equal(8 * packet.Length, _harness.Router.ReadCounters().DroppedTotal);
        _harness.ReceiveAudio(talker.Audio, packet);
        Assert.Equal(1, _harness.Audio.Count);
    }

    [Fact]
    public void A_replayed_packet_goes_nowhere()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2);
        _harness.GiveFloor(talker);
        byte[] packet = talker.MediaPacket(_harness.Key);
        _harness.ReceiveAudio(talker.Audio, packet);
        _harness.Clear();

        _harness.ReceiveAudio(talker.Audio, packet);

        Assert.Equal(1, _harness.Dropped(MediaDrop.Replayed));
        Assert.Equal(0, _harness.Audio.Count);
    }

    [Fact]
    public void A_member_cannot_speak_under_the_GUK_ID_of_another_leg()
    {
        TestClient talker = _harness.Join(1);
        TestClient impostor = _harness.Join(2);
        _harness.GiveFloor(talker);

        _harness.ReceiveAudio(impostor.Audio, impostor.MediaPacket(_harness.Key, asUser: talker.McpttId));

        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownMki));
        Assert.Equal(0, _harness.Audio.Count);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([impostor.Audio], RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void An_address_is_learned_from_an_authenticated_packet_only()
    {
        TestClient talker = _harness.Join(1);
        TestClient roamer = _harness.Join(2);
        var natted = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000);
        byte[] forged = roamer.MediaPacket(_harness.Key);
        forged[^20] ^= 0x40;

        _harness.ReceiveAudio(natted, forged);
        _harness.GiveFloor(talker);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([roamer.Audio], RouterHarness.Destinations(_harness.Audio));
        _harness.Clear();

        _harness.ReceiveAudio(natted, roamer.MediaPacket(_harness.Key));
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([natted], RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void A_router_told_not_to_learn_knows_declared_addresses_only()
    {
        var harness = new RouterHarness(limits: new RouterLimits { LearnAddresses = false });
        TestClient talker = harness.Join(1);

        harness.ReceiveAudio(new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000), talker.MediaPacket(harness.Key));

        Assert.Equal(1, harness.Dropped(MediaDrop.UnknownSource));
    }

    [Fact]
    public void An_empty_packet_opens_the_NAT_but_is_not_talk()
    {
        TestClient talker = _harness.Join(1);
        TestClient roamer = _harness.Join(2);
        var natted = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000);

        _harness.ReceiveAudio(natted, roamer.MediaPacket(_harness.Key, payload_bytes: 0));

        Assert.Equal(0, _harness.Floor.Count);
        Assert.Equal(1, _harness.Dropped(MediaDrop.Empty));
        _harness.GiveFloor(talker);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([natted], RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void One_multicast_copy_serves_all_legs_that_listen_there()
    {
        TestClient talker = _harness.Join(1);
        TestClient unicast = _harness.Join(2);
        TestClient third = _harness.Join(3, LegDelivery.Multicast);
        TestClient fourth = _harness.Join(4, LegDelivery.Multicast);
        _harness.GiveFloor(talker);
        _harness.Listen(third);
        _harness.Listen(fourth);
        byte[] packet = talker.MediaPacket(_harness.Key);

        _harness.ReceiveAudio(talker.Audio, packet);

        Assert.Equal([unicast.Audio], RouterHarness.Destinations(_harness.Audio));
        Assert.Equal([_harness.Subchannel.Media], RouterHarness.Destinations(_harness.Multicast));
        Assert.Equal(packet, _harness.Multicast.Payload(0));

        _harness.Clear();
        _harness.Router.Execute(new ChangeLeg(RouterHarness.Call, new LegId(3), LegDelivery.Unicast), _harness.Now);
        _harness.Router.Execute(new RemoveLeg(RouterHarness.Call, new LegId(4)), _harness.Now);
        _harness.Clear();
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal(0, _harness.Multicast.Count);
        Assert.Equal(2, _harness.Audio.Count);
        Assert.DoesNotContain(fourth.Audio, RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void During_a_rekey_both_keys_are_accepted_and_afterwards_the_new_one_only()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);
        _harness.GiveFloor(talker);
        const uint newId = 0x0000_0999;
        using GroupMasterKey newKey = TestClient.GroupKey(newId);

        _harness.Router.Execute(new InstallGroupKey(RouterHarness.Call, TestClient.GroupKey(newId)), _harness.Now);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(newKey));
        Assert.Equal([listener.Audio, listener.Audio], RouterHarness.Destinations(_harness.Audio));
        _harness.Clear();

        _harness.Router.Execute(new RetireGroupKey(RouterHarness.Call, _harness.Key.Id), _harness.Now);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal(0, _harness.Audio.Count);
        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownMki));
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(newKey));
        Assert.Equal([listener.Audio], RouterHarness.Destinations(_harness.Audio));

        TestClient late = _harness.Join(3);
        _harness.ReceiveAudio(late.Audio, late.MediaPacket(newKey));
        Assert.Equal(1, _harness.Dropped(MediaDrop.NoFloor));
    }

    [Fact]
    public void Two_calls_under_one_group_key_keep_their_media_apart()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);
        var other = new CallId(2);
        _harness.Router.Execute(
            new OpenCall(other, "sip:other@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(), null), _harness.Now);
        using var sameTalker = new TestClient(
            1, new IPEndPoint(talker.Audio.Address, 7000), new IPEndPoint(talker.Floor.Address, 7002));
        using var elsewhere = new TestClient(5);
        _harness.Router.Execute(sameTalker.Leg(other), _harness.Now);
        _harness.Router.Execute(elsewhere.Leg(other), _harness.Now);
        _harness.Clear();
        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request));
        _harness.Clear();

        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([listener.Audio], RouterHarness.Destinations(_harness.Audio));
        _harness.ReceiveAudio(sameTalker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal(1, _harness.Dropped(MediaDrop.NoFloor));

        // From a third address it could be either call: it is neither.
        long before = _harness.Dropped(MediaDrop.UnknownSource);
        _harness.ReceiveAudio(
            new IPEndPoint(IPAddress.Parse("198.51.100.7"), 1), talker.MediaPacket(_harness.Key, ssrc: 0x1234));
        Assert.Equal(before + 1, _harness.Dropped(MediaDrop.UnknownSource));
    }

    [Fact]
    public void Another_call_of_the_talker_that_ended_cannot_speak_in_this_one()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);
        _harness.GiveFloor(talker);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        _harness.Clear();
        var formerAudio = new IPEndPoint(talker.Audio.Address, 7000);
        var formerFloor = new IPEndPoint(talker.Floor.Address, 7002);

        _harness.ReceiveAudio(formerAudio, talker.MediaPacket(_harness.Key, ssrc: 0x1234));
        _harness.ReceiveFloor(formerFloor, talker.FloorPacket(FloorMessageType.Release, ssrc: 0x5678));

        Assert.Equal(2, _harness.Dropped(MediaDrop.UnknownSource));
        Assert.Equal(0, _harness.Audio.Count + _harness.Floor.Count);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        Assert.Equal([listener.Audio], RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void A_closed_call_forwards_nothing_and_gives_its_bearer_back()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(2, LegDelivery.Multicast);
        _harness.GiveFloor(talker);

        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);
        _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request));

        Assert.Equal(0, _harness.Audio.Count + _harness.Multicast.Count);
        Assert.Equal(2, _harness.Dropped(MediaDrop.UnknownSource));
        Assert.Equal(0, _harness.OpenBearers);
        MediaCounters counters = _harness.Router.ReadCounters();
        Assert.Equal((0, 0), (counters.Calls, counters.Legs));
        Assert.True(_harness.Router.NextDeadline.IsNever);
    }

    [Fact]
    public void Keys_of_a_closed_call_are_disposed()
    {
        GroupMasterKey media = TestClient.GroupKey(0x0000_0123);
        var call = new CallId(7);
        _harness.Router.Execute(new OpenCall(call, "g", new FloorPolicy(), media, null), _harness.Now);
        using var client = new TestClient(8);
        AddLeg leg = client.Leg(call);
        _harness.Router.Execute(leg, _harness.Now);
        _harness.Router.Execute(new CloseCall(call), _harness.Now);

        Assert.Throws<ObjectDisposedException>(() => media.CopyKeyTo(new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => leg.ClientServerKey.CopyKeyTo(new byte[16]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(200)]
    [InlineData(2048)]
    public void Rubbish_is_counted_and_harmless(int length)
    {
        TestClient talker = _harness.Join(1);
        byte[] rubbish = TestClient.Octets(length, length);

        _harness.ReceiveAudio(talker.Audio, rubbish);
        _harness.ReceiveFloor(talker.Floor, rubbish);

        MediaCounters counters = _harness.Router.ReadCounters();
        Assert.Equal(2, counters.DroppedTotal);
        Assert.Equal(0, _harness.Audio.Count + _harness.Floor.Count);
    }
}
