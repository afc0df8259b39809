using System.Net;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>TS 24.380 4.1.3, 6.4.2, 10 in a call: who is told by what. 1 talks by unicast, 2 listens by unicast, 3 and 4 monitor the bearer.</summary>
public sealed class MediaMulticastTests : IDisposable
{
    private static readonly CallId OtherCall = new(2);

    private readonly RouterHarness _harness = new();
    private readonly TestBearer _bearer = new(TestBearer.MusikId, TestBearer.MscckId);
    private readonly TestClient _talker;
    private readonly TestClient _unicast;
    private readonly TestClient _third;
    private readonly TestClient _fourth;

    public MediaMulticastTests()
    {
        _talker = _harness.Join(1);
        _unicast = _harness.Join(2);
        _third = _harness.Join(3, LegDelivery.Multicast);
        _fourth = _harness.Join(4, LegDelivery.Multicast);
    }

    [Fact]
    public void The_first_talk_maps_the_group_and_unicast_goes_on_until_a_leg_reports_listening()
    {
        Say(FloorMessageType.Request);

        Assert.Equal("general purpose: MapGroupToBearer", Multicast());
        Assert.Equal([FloorMessageType.Taken], _harness.FloorMessagesFor(_third));
        _harness.Clear();

        Talk();
        Assert.Equal([_unicast.Audio, _third.Audio, _fourth.Audio], RouterHarness.Destinations(_harness.Audio));
        Assert.Equal("media", Multicast());
        _harness.Clear();

        _harness.Listen(_third);
        Talk();
        Assert.Equal([_unicast.Audio, _fourth.Audio], [.. RouterHarness.Destinations(_harness.Audio).OrderBy(address => address.ToString())]);
        Assert.Equal("media", Multicast());
    }

    [Fact]
    public void Floor_messages_to_all_go_once_on_the_subchannel_and_by_unicast_to_who_does_not_listen()
    {
        Map();

        Say(FloorMessageType.Release);
        Assert.Equal("floor: Idle", Multicast());
        Assert.Equal([FloorMessageType.Idle], _harness.FloorMessagesFor(_talker));
        Assert.Equal([FloorMessageType.Idle], _harness.FloorMessagesFor(_unicast));
        Assert.Empty(_harness.FloorMessagesFor(_third).Concat(_harness.FloorMessagesFor(_fourth)));
        _harness.Clear();

        Say(FloorMessageType.Request, _third);
        Assert.Equal("floor: Taken", Multicast());
        Assert.Equal([FloorMessageType.Granted], _harness.FloorMessagesFor(_third));
        Assert.Equal([FloorMessageType.Taken], _harness.FloorMessagesFor(_talker));
        Assert.Empty(_harness.FloorMessagesFor(_fourth));
    }

    [Fact]
    public void Who_reports_that_it_does_not_listen_or_ceases_to_monitor_is_told_by_unicast_again()
    {
        Map();
        _harness.Listen(_third, listens: false);
        Talk();
        Assert.Contains(_third.Audio, RouterHarness.Destinations(_harness.Audio));
        Assert.DoesNotContain(_fourth.Audio, RouterHarness.Destinations(_harness.Audio));
        _harness.Clear();

        Deliver(_fourth, LegDelivery.Unicast);
        Talk();
        Say(FloorMessageType.Release);
        Assert.Contains(_fourth.Audio, RouterHarness.Destinations(_harness.Audio));
        Assert.Equal([FloorMessageType.Idle], _harness.FloorMessagesFor(_fourth));
    }

    [Fact]
    public void Map_is_repeated_on_T16_and_unmap_C17_times_after_silence()
    {
        Map();
        Assert.Equal(4, Pass(2).Split(", ").Count(said => said == "general purpose: MapGroupToBearer"));

        string end = Pass(29);
        Assert.EndsWith(
            "general purpose: UnmapGroupToBearer, general purpose: UnmapGroupToBearer, general purpose: UnmapGroupToBearer", end, StringComparison.Ordinal);
        Assert.Equal(3, end.Split(", ").Count(said => said == "general purpose: UnmapGroupToBearer"));

        Say(FloorMessageType.Request);
        Talk();
        Assert.Contains(_third.Audio, RouterHarness.Destinations(_harness.Audio));
    }

    [Fact]
    public void The_end_of_the_call_is_said_C17_times_and_then_the_bearer_is_given_back()
    {
        Map();
        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);
        Assert.Equal("floor: Idle, general purpose: UnmapGroupToBearer", Multicast());
        Assert.Equal((0, 1), (_harness.Router.ReadCounters().Calls, _harness.OpenBearers));
        _harness.Clear();

        Assert.Equal("general purpose: UnmapGroupToBearer, general purpose: UnmapGroupToBearer", Pass(3));
        Assert.Equal(0, _harness.OpenBearers);
        Assert.True(_harness.Router.NextDeadline.IsNever);
    }

    [Fact]
    public void The_next_call_of_the_group_is_not_unmapped_by_the_end_of_the_last()
    {
        Map();
        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);
        _harness.Router.Execute(
            new OpenCall(OtherCall, "sip:group@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(), TestBearer.Subchannel(floorSsrc: 5, controlSsrc: 6)),
            _harness.Now);
        _harness.Clear();

        Assert.Equal(string.Empty, Pass(3));
        Assert.Equal(1, _harness.OpenBearers);
    }

    [Fact]
    public void Closing_the_router_gives_a_bearer_back_that_is_being_unmapped()
    {
        Map();
        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);

        _harness.Router.CloseAll(_harness.Now);

        Assert.Equal(0, _harness.OpenBearers);
        Assert.True(_harness.Router.NextDeadline.IsNever);
    }

    [Fact]
    public void A_replaced_floor_key_protects_the_next_message()
    {
        const uint nextId = 0x6000_0888;
        Map();
        _harness.Router.Execute(
            new ReplaceFloorKey(RouterHarness.Call, new MulticastKey(TestBearer.Key(nextId), 0xB000_0003)), _harness.Now);
        Say(FloorMessageType.Release);

        Assert.Empty(_bearer.Open(_harness.Multicast.Payload(0)));
        using var member = new TestBearer(nextId);
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(member.Open(_harness.Multicast.Payload(0)), out FloorMessage message, out _));
        Assert.Equal((FloorMessageType.Idle, 0xB000_0003u), (message.Type, message.Ssrc));
    }

    [Fact]
    public void An_SSRC_that_was_used_under_a_multicast_key_is_refused()
    {
        _harness.Reports.Clear();
        _harness.Router.Execute(
            new OpenCall(OtherCall, "sip:other@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(), TestBearer.Subchannel(controlSsrc: 9)), _harness.Now);
        _harness.Router.Execute(
            new ReplaceFloorKey(RouterHarness.Call, new MulticastKey(TestBearer.Key(TestBearer.MusikId), TestBearer.FloorSsrc)), _harness.Now);

        Assert.All(_harness.Reports, report => Assert.Contains("nonces would repeat", Assert.IsType<CommandRefused>(report).Reason, StringComparison.Ordinal));
        Assert.Equal(2, _harness.Reports.Count);
    }

    [Theory]
    [InlineData("192.0.2.1", 6000)]
    [InlineData("239.255.1.2", 0)]
    public void What_is_no_multicast_address_is_refused(string address, int port)
    {
        _harness.Reports.Clear();
        _harness.Router.Execute(
            new OpenCall(
                OtherCall, "sip:other@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(),
                TestBearer.Subchannel(new IPEndPoint(IPAddress.Parse(address), port), 5, 6)),
            _harness.Now);

        Assert.IsType<CommandRefused>(Assert.Single(_harness.Reports));
        Assert.Equal(1, _harness.OpenBearers);
    }

    public void Dispose()
    {
        _bearer.Dispose();
        foreach (TestClient client in (ReadOnlySpan<TestClient>)[_talker, _unicast, _third, _fourth])
            client.Dispose();
    }

    /// <summary>The talker has the floor, the group is mapped, and both that monitor the bearer listen.</summary>
    private void Map()
    {
        Say(FloorMessageType.Request);
        _harness.Listen(_third);
        _harness.Listen(_fourth);
        _harness.Clear();
    }

    private void Say(FloorMessageType type, TestClient? who = null) =>
        _harness.ReceiveFloor((who ?? _talker).Floor, (who ?? _talker).FloorPacket(type));

    private void Talk() => _harness.ReceiveAudio(_talker.Audio, _talker.MediaPacket(_harness.Key));

    private void Deliver(TestClient client, LegDelivery delivery) =>
        _harness.Router.Execute(new ChangeLeg(RouterHarness.Call, new LegId(client.Number), delivery), _harness.Now);

    private string Pass(double seconds)
    {
        var said = new List<string>();
        for (double passed = 0; passed < seconds; passed += 0.1)
        {
            _harness.Advance(TimeSpan.FromSeconds(0.1));
            if (_harness.Multicast.Count > 0)
                said.Add(Multicast());
            _harness.Clear();
        }
        return string.Join(", ", said);
    }

    /// <summary>What was sent on the bearer, opened with its keys.</summary>
    private string Multicast()
    {
        var said = new List<string>();
        for (int i = 0; i < _harness.Multicast.Count; i++)
        {
            IPEndPoint to = _harness.Multicast.Destination(i).ToEndPoint();
            if (to.Equals(_harness.Subchannel.Media))
            {
                said.Add("media");
                continue;
            }
            byte[] message = _bearer.Open(_harness.Multicast.Payload(i));
            said.Add(to.Equals(_harness.Subchannel.Floor) ? Floor(message) : Control(to, message));
        }
        return string.Join(", ", said);
    }

    private static string Floor(byte[] octets)
    {
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(octets, out FloorMessage message, out _));
        Assert.Equal(TestBearer.FloorSsrc, message.Ssrc);
        return $"floor: {message.Type}";
    }

    private string Control(IPEndPoint to, byte[] octets)
    {
        Assert.Equal(_harness.Subchannel.Bearer.GeneralPurpose, to);
        Assert.Equal(FloorOutcome.Ok, SubchannelMessage.TryParse(octets, out SubchannelMessage message, out _));
        Assert.Equal(TestBearer.ControlSsrc, message.Ssrc);
        Assert.True(message.TryGetMcpttGroupId(out ReadOnlySpan<byte> group));
        Assert.Equal("sip:group@example.org", Encoding.UTF8.GetString(group));
        if (message.TryGetMbmsSubchannel(out MbmsSubchannel subchannel))
        {
            Assert.Equal(
                (2, 3, (uint)_harness.Subchannel.Media.Port, (uint)_harness.Subchannel.Floor.Port),
                (subchannel.AudioMediaLine, subchannel.FloorMediaLine, subchannel.MediaPort, subchannel.FloorPort));
            Assert.Equal(_harness.Subchannel.Media.Address, new IPAddress(subchannel.Address));
        }
        return $"general purpose: {message.Type}";
    }
}
