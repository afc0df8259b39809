using System.Buffers.Binary;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class MediaFloorTests
{
    private readonly RouterHarness _harness = new();

    [Fact]
    public void A_request_under_the_CSK_is_granted_and_the_others_are_told()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);

        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request));

        Assert.Equal([FloorMessageType.Granted], _harness.FloorMessagesFor(talker));
        Assert.Equal([FloorMessageType.Taken], _harness.FloorMessagesFor(listener));
        Assert.Contains(new FloorChanged(RouterHarness.Call, new LegId(1)), _harness.Reports);
    }

    [Fact]
    public void A_replayed_request_does_nothing()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(20);
        byte[] request = talker.FloorPacket(FloorMessageType.Request);
        _harness.ReceiveFloor(talker.Floor, request);
        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Release));
        _harness.Clear();

        _harness.ReceiveFloor(talker.Floor, request);

        Assert.Equal(1, _harness.Dropped(MediaDrop.Replayed));
        Assert.Equal(0, _harness.Floor.Count);
    }

    [Fact]
    public void A_message_of_the_server_that_comes_back_does_nothing()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(20);
        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request));
        byte[] granted = _harness.Floor.Payload(0).ToArray();
        _harness.Clear();
        var attacker = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 1);

        _harness.ReceiveFloor(attacker, granted);
        _harness.ReceiveFloor(talker.Floor, granted);

        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownSource));
        Assert.Equal(1, _harness.Dropped(MediaDrop.Replayed));
        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Release));
        Assert.NotEqual(0, _harness.Floor.Count);
        Assert.DoesNotContain(attacker, RouterHarness.Destinations(_harness.Floor));
    }

    [Fact]
    public void The_floor_address_is_learned_from_an_authenticated_message_only()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(20);
        var natted = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40001);
        byte[] forged = talker.FloorPacket(FloorMessageType.Request);
        forged[9] ^= 0x80;

        _harness.ReceiveFloor(natted, forged);
        Assert.Equal(1, _harness.Dropped(MediaDrop.AuthenticationFailed));
        Assert.Equal(0, _harness.Floor.Count);

        _harness.ReceiveFloor(natted, talker.FloorPacket(FloorMessageType.Request));
        Assert.Equal([FloorMessageType.Granted], _harness.FloorMessagesFor(talker, natted));
    }

    [Fact]
    public void A_CSK_is_good_for_its_own_leg_only()
    {
        TestClient talker = _harness.Join(1);
        TestClient other = _harness.Join(2);

        _harness.ReceiveFloor(talker.Floor, other.FloorPacket(FloorMessageType.Request));

        Assert.Equal(1, _harness.Dropped(MediaDrop.UnknownMki));
        Assert.Equal(0, _harness.Floor.Count);
    }

    [Fact]
    public void An_authentic_datagram_that_is_no_floor_message_is_counted()
    {
        TestClient talker = _harness.Join(1);
        byte[] datagram = new byte[64];
        // An APP packet named MCPT whose field is longer than the packet.
        new byte[] { 0x80, 204, 0, 3, 0xF0, 0, 0, 1, (byte)'M', (byte)'C', (byte)'P', (byte)'T', 0, 200, 0, 0 }.CopyTo(datagram, 0);

        _harness.ReceiveFloor(talker.Floor, talker.ProtectFloor(datagram, 16));

        Assert.Equal(1, _harness.Dropped(MediaDrop.FloorMalformed));
        Assert.Equal(0, _harness.Floor.Count);
    }

    [Fact]
    public void One_CSK_in_two_calls_gets_a_server_SSRC_of_its_own_in_each()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(20);
        var other = new CallId(2);
        _harness.Router.Execute(
            new OpenCall(other, "g", new FloorPolicy(), RouterHarness.NewGroupKey(), null), _harness.Now);
        using var again = new TestClient(
            1,
            new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7000),
            new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7002));
        using var listener = new TestClient(21);
        _harness.Router.Execute(again.Leg(other), _harness.Now);
        _harness.Router.Execute(listener.Leg(other), _harness.Now);
        _harness.Clear();

        _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request, ssrc: 0xF000_0011));
        _harness.ReceiveFloor(again.Floor, talker.FloorPacket(FloorMessageType.Request, ssrc: 0xF000_0012));

        uint[] ssrcs = [.. Enumerable.Range(0, _harness.Floor.Count)
            .Where(i => _harness.Floor.Destination(i).InternetAddress == talker.FloorKey.InternetAddress)
            .Select(i => BinaryPrimitives.ReadUInt32BigEndian(_harness.Floor.Payload(i)[4..]))];
        Assert.Equal(2, ssrcs.Length);
        Assert.NotEqual(ssrcs[0], ssrcs[1]);
        Assert.Equal([FloorMessageType.Granted], _harness.FloorMessagesFor(talker));
        Assert.Equal([FloorMessageType.Granted], _harness.FloorMessagesFor(talker, again.Floor));
    }

    [Fact]
    public void What_one_call_received_cannot_be_replayed_into_another_call_of_the_client()
    {
        TestClient talker = _harness.Join(1);
        var other = new CallId(2);
        _harness.Router.Execute(
            new OpenCall(other, "g", new FloorPolicy(), RouterHarness.NewGroupKey(), null), _harness.Now);
        using var again = new TestClient(
            1,
            new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7000),
            new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7002));
        _harness.Router.Execute(again.Leg(other), _harness.Now);
        byte[] request = talker.FloorPacket(FloorMessageType.Request);
        _harness.ReceiveFloor(talker.Floor, request);
        _harness.Clear();

        _harness.ReceiveFloor(again.Floor, request);

        Assert.Equal(1, _harness.Dropped(MediaDrop.Replayed));
        Assert.Equal(0, _harness.Floor.Count);
    }

    [Fact]
    public void Timers_of_the_floor_run_through_the_router()
    {
        TestClient talker = _harness.Join(1);
        _harness.Join(20);
        _harness.GiveFloor(talker);
        _harness.Reports.Clear();

        Assert.True(_harness.Router.NextDeadline > _harness.Now);
        _harness.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains(new FloorChanged(RouterHarness.Call, null), _harness.Reports);

        _harness.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains(new CallInactive(RouterHarness.Call), _harness.Reports);
    }

    [Fact]
    public void Deadlines_of_many_calls_fire_in_order_and_closed_calls_never()
    {
        var random = new Random(11);
        var expected = new List<(int T4_ms, CallId Call)>();
        for (int i = 0; i < 300; i++)
        {
            var call = new CallId(1000 + (ulong)i);
            int t4_ms = random.Next(1, 5000) * 2;
            var policy = new FloorPolicy { T4 = TimeSpan.FromMilliseconds(t4_ms) };
            _harness.Router.Execute(new OpenCall(call, "g", policy, RouterHarness.NewGroupKey(), null), _harness.Now);
            expected.Add((t4_ms, call));
            if (random.Next(3) == 0)
            {
                int gone = random.Next(expected.Count);
                _harness.Router.Execute(new CloseCall(expected[gone].Call), _harness.Now);
                expected.RemoveAt(gone);
            }
        }
        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);
        _harness.Reports.Clear();
        Instant start = _harness.Now;
        var fired = new List<(int T4_ms, CallId Call)>();

        while (fired.Count < expected.Count && _harness.Router.NextDeadline <= start + TimeSpan.FromSeconds(11))
        {
            _harness.Advance(_harness.Router.NextDeadline - _harness.Now);
            foreach (CallInactive report in _harness.Reports.OfType<CallInactive>().ToArray())
            {
                fired.Add(((int)(_harness.Now - start).TotalMilliseconds, report.Call));
                // T4 goes on running until the control plane ends the call.
                _harness.Router.Execute(new CloseCall(report.Call), _harness.Now);
            }
            _harness.Reports.Clear();
        }

        Assert.Equal(expected.OrderBy(due => due.T4_ms).ThenBy(due => due.Call.Value),
            fired.OrderBy(due => due.T4_ms).ThenBy(due => due.Call.Value));
        Assert.Equal(fired.Select(due => due.T4_ms).Order(), fired.Select(due => due.T4_ms));
    }

    [Fact]
    public void An_implicit_request_is_granted_on_joining()
    {
        using var talker = new TestClient(1);
        _harness.Clear();
        _harness.Router.Execute(talker.Leg(RouterHarness.Call, implicitRequest: true), _harness.Now);

        Assert.Contains(FloorMessageType.Granted, _harness.FloorMessagesFor(talker));
    }

    [Fact]
    public void The_floor_of_a_leg_that_is_removed_becomes_free()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);
        _harness.GiveFloor(talker);
        _harness.Reports.Clear();

        _harness.Router.Execute(new RemoveLeg(RouterHarness.Call, new LegId(1)), _harness.Now);

        Assert.Contains(new FloorChanged(RouterHarness.Call, null), _harness.Reports);
        Assert.Contains(FloorMessageType.Idle, _harness.FloorMessagesFor(listener));
    }

    [Fact]
    public void Everybody_hears_each_decision_however_legs_came_and_went()
    {
        List<TestClient> clients = [.. Enumerable.Range(1, 40).Select(number => _harness.Join(number))];
        foreach (int gone in new[] { 38, 20, 7, 0 })
        {
            _harness.Router.Execute(new RemoveLeg(RouterHarness.Call, new LegId(clients[gone].Number)), _harness.Now);
            clients.RemoveAt(gone);
        }
        clients.Add(_harness.Join(41));
        foreach (TestClient talker in new[] { clients[0], clients[18], clients[^2], clients[^1] })
        {
            _harness.Clear();
            _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Request));
            Assert.All(clients, client => Assert.Equal(
                [client == talker ? FloorMessageType.Granted : FloorMessageType.Taken], _harness.FloorMessagesFor(client)));
            _harness.Clear();
            _harness.ReceiveFloor(talker.Floor, talker.FloorPacket(FloorMessageType.Release));
            Assert.All(clients, client => Assert.Equal([FloorMessageType.Idle], _harness.FloorMessagesFor(client)));
        }
    }

    [Fact]
    public void Commands_that_cannot_be_carried_out_are_refused_with_a_reason()
    {
        TestClient first = _harness.Join(1);
        var missing = new CallId(99);
        MediaCommand[] commands =
        [
            first.Leg(RouterHarness.Call),
            first.Leg(missing),
            new RemoveLeg(RouterHarness.Call, new LegId(5)),
            new ChangeLeg(missing, new LegId(1), LegDelivery.Unicast),
            new CloseCall(missing),
            new RetireGroupKey(RouterHarness.Call, new MediaEngine.Keys.KeyIdentifier(5)),
            new InstallGroupKey(RouterHarness.Call, RouterHarness.NewGroupKey()),
            new OpenCall(RouterHarness.Call, "g", new FloorPolicy(), RouterHarness.NewGroupKey(), null),
            new OpenCall(missing, "g", new FloorPolicy { T1 = TimeSpan.Zero }, RouterHarness.NewGroupKey(), null),
            new OpenCall(missing, "g", new FloorPolicy(), RouterHarness.NewGroupKey(),
                TestBearer.Subchannel(controlSsrc: 8) with { T16 = TimeSpan.Zero }),
            new SetFloorPolicy(missing, new FloorPolicy()),
        ];
        foreach (MediaCommand command in commands)
        {
            _harness.Reports.Clear();
            _harness.Router.Execute(command, _harness.Now);
            CommandRefused refused = Assert.IsType<CommandRefused>(Assert.Single(_harness.Reports));
            Assert.Equal(command.Call, refused.Call);
            Assert.NotEmpty(refused.Reason);
        }
        Assert.Equal(1, _harness.Router.ReadCounters().Calls);
        Assert.Equal(1, _harness.Router.ReadCounters().Legs);
    }
}
