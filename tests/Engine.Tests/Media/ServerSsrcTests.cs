using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public sealed class ServerSsrcTests : IDisposable
{
    private static readonly CallId OtherCall = new(2);

    private readonly RouterHarness _harness = new();
    private readonly TestClient _client = new(1);

    [Fact]
    public void A_server_SSRC_that_was_used_under_the_CSK_is_refused_also_after_its_leg_is_gone()
    {
        AddLeg first = Leg(RouterHarness.Call);
        AddLeg repeated = Leg(OtherCall) with { ServerSsrc = first.ServerSsrc };
        OpenOtherCall();
        Execute(first);
        Execute(repeated);
        Execute(Leg(OtherCall));
        Execute(new RemoveLeg(RouterHarness.Call, first.Leg));

        Execute(Leg(RouterHarness.Call) with { ServerSsrc = first.ServerSsrc });

        Assert.Equal([OtherCall, RouterHarness.Call], _harness.Reports.OfType<CommandRefused>().Select(refused => refused.Call));
        Assert.All(_harness.Reports.OfType<CommandRefused>(), refused => Assert.Contains($"{first.ServerSsrc:x8}", refused.Reason, StringComparison.Ordinal));
        Assert.Equal(1, _harness.Router.ReadCounters().Legs);
    }

    [Fact]
    public void Another_client_may_have_the_same_server_SSRC_under_its_own_CSK()
    {
        using var other = new TestClient(2);
        AddLeg first = Leg(RouterHarness.Call);
        Execute(first);

        Execute(other.Leg(RouterHarness.Call) with { ServerSsrc = first.ServerSsrc });

        Assert.Equal(2, _harness.Router.ReadCounters().Legs);
        Assert.DoesNotContain(_harness.Reports, report => report is CommandRefused);
    }

    [Fact]
    public void A_message_to_a_leg_that_is_gone_moves_nobody_when_it_comes_back()
    {
        OpenOtherCall();
        Execute(Leg(RouterHarness.Call));
        _harness.ReceiveFloor(_client.Floor, _client.FloorPacket(FloorMessageType.Request));
        byte[] granted = _harness.Floor.Payload(0).ToArray();
        Execute(Leg(OtherCall));
        Execute(new RemoveLeg(RouterHarness.Call, new LegId(1)));
        _harness.ReceiveFloor(_client.Floor, _client.FloorPacket(FloorMessageType.Release));
        _harness.Clear();
        var attacker = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 1);

        _harness.ReceiveFloor(attacker, granted);
        _harness.ReceiveFloor(_client.Floor, _client.FloorPacket(FloorMessageType.Request));

        Assert.NotEmpty(RouterHarness.Destinations(_harness.Floor));
        Assert.DoesNotContain(attacker, RouterHarness.Destinations(_harness.Floor));
    }

    public void Dispose() => _client.Dispose();

    private AddLeg Leg(CallId call) => _client.Leg(call);

    private void Execute(MediaCommand command) => _harness.Router.Execute(command, _harness.Now);

    private void OpenOtherCall() =>
        Execute(new OpenCall(OtherCall, "sip:other@example.org", new FloorPolicy(), RouterHarness.NewGroupKey(), null));
}
