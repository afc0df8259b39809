using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>TS 24.380 6.5.2.3: the floor of a running call goes to a controlling function and comes back.</summary>
public sealed class ChangeOfFloorTests
{
    private static readonly CallId Call = TemporaryGroupNetwork.Call;

    private readonly TemporaryGroupNetwork _network = new TemporaryGroupNetwork().Start();
    private readonly FloorParticipant _listener = new(new FloorParticipantOptions { Ssrc = 12 });
    private readonly FloorEffects _effects = new();
    private uint _generation;

    public ChangeOfFloorTests() => _network.OnFloor = (client, message) =>
    {
        if (client == 12)
            _listener.Receive(message, _network.Now, _effects);
    };

    [Fact]
    public void A_running_call_survives_both_ways()
    {
        Alone();
        Assert.Equal("11 Idle, 12 Idle, 13 Idle", _network.TakeHeard());
        _network.Floor(11, FloorMessageType.Request);
        Assert.Equal("11 Granted, 12 Taken, 13 Taken", _network.TakeHeard());
        Assert.Equal("12, 13", _network.TakeListeners(_network.Talk(11)));

        Together();
        Assert.Equal("11 Idle, 12 Idle, 13 Idle", _network.TakeHeard());
        Assert.Contains(new FloorChanged(Call, null), _network.A.Reports);
        _network.Talk(11);
        Assert.Equal("11 Revoke", _network.TakeHeard());
        _network.Floor(11, FloorMessageType.Release);
        Assert.Equal("11 Idle", _network.TakeHeard());
        _network.Floor(11, FloorMessageType.Request);
        Assert.Equal("1 Taken, 2 Taken, 11 Granted, 12 Taken, 13 Taken, 21 Taken, 22 Taken", _network.TakeHeard());
        Assert.Equal("1, 2, 12, 13, 21, 22", _network.TakeListeners(_network.Talk(11)));
    }

    [Fact]
    public void What_a_group_has_of_the_floor_is_given_back_when_it_goes()
    {
        _network.Floor(11, FloorMessageType.Request);
        _network.Floor(12, FloorMessageType.Request);
        _network.Floor(21, FloorMessageType.Request);
        _network.Forget();

        _network.Execute(_network.A, new BecomeControlling(Call, new FloorPolicy()));

        string heard = _network.TakeHeard();
        Assert.Contains("21 Granted", heard, StringComparison.Ordinal);
        Assert.Contains("11 Idle", heard, StringComparison.Ordinal);
        Assert.Contains("12 Idle", heard, StringComparison.Ordinal);
        _network.Floor(11, FloorMessageType.Request);
        Assert.Equal("11 Granted, 12 Taken, 13 Taken", _network.TakeHeard());
    }

    [Fact]
    public void Participants_believe_each_floor_what_it_tells()
    {
        // Talks enough that a floor that counted from one again would be taken for an old copy.
        for (int round = 0; round < 4; round++)
        {
            for (int talk = 0; talk < 5; talk++)
            {
                _network.Floor(11, FloorMessageType.Request);
                Assert.Equal("sip:user11@example.org", _listener.Talker);
                _network.Floor(11, FloorMessageType.Release);
                Assert.Null(_listener.Talker);
            }
            if (round % 2 == 0)
                Alone();
            else
                Together();
        }
    }

    [Fact]
    public void A_floor_is_changed_only_for_the_other_kind()
    {
        _network.Execute(_network.A, new BecomeNonControlling(Call, _network.UpwardsOf(TemporaryGroupNetwork.LegOfA, 7)));
        Assert.Contains("elsewhere already", Refusal(), StringComparison.Ordinal);
        Alone();
        _network.Execute(_network.A, new BecomeControlling(Call, new FloorPolicy()));
        Assert.Contains("here already", Refusal(), StringComparison.Ordinal);
        _network.Execute(_network.A, new BecomeNonControlling(new CallId(77), _network.UpwardsOf(TemporaryGroupNetwork.LegOfA, 7)));
        Assert.Contains("not open", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_cannot_reach_its_controlling_function_keeps_its_floor()
    {
        Alone();
        _network.Forget();
        _network.Execute(_network.A, new BecomeNonControlling(
            Call, _network.UpwardsOf(TemporaryGroupNetwork.LegOfA, 7) with { Leg = new LegId(11) }));
        Assert.Contains("taken", Refusal(), StringComparison.Ordinal);
        _network.Floor(11, FloorMessageType.Request);
        Assert.Equal("11 Granted, 12 Taken, 13 Taken", _network.TakeHeard());
    }

    [Fact]
    public void Who_asks_by_joining_asks_the_controlling_function()
    {
        _network.Execute(_network.A, new RemoveLeg(Call, new LegId(11)));
        _network.Forget();
        _network.Execute(_network.A, _network.Clients[11].Leg(Call, implicitRequest: true));
        Assert.Equal("1 Taken, 2 Taken, 11 Idle, 11 Granted, 12 Taken, 13 Taken, 21 Taken, 22 Taken", _network.TakeHeard());
    }

    private void Alone()
    {
        _network.Execute(_network.A, new BecomeControlling(Call, new FloorPolicy()));
        _network.Execute(_network.Controlling, new RemoveLeg(Call, new LegId(TemporaryGroupNetwork.LegOfA)));
        _network.Heard.RemoveAll(static entry => entry.Client is < 11 or > 13);
    }

    private void Together()
    {
        _generation++;
        _network.Execute(
            _network.A, new BecomeNonControlling(Call, _network.UpwardsOf(TemporaryGroupNetwork.LegOfA, _generation)));
        _network.Connect(TemporaryGroupNetwork.LegOfA, _generation);
        _network.Heard.RemoveAll(static entry => entry.Client is < 11 or > 13);
    }

    private string Refusal() => Assert.IsType<CommandRefused>(_network.A.Reports[^1]).Reason;
}
