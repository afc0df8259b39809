using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>TS 24.380 6.5 in the media plane: floor messages and media of a temporary group call between nodes.</summary>
public sealed class TemporaryGroupCallTests
{
    private const int LegOfA = TemporaryGroupNetwork.LegOfA;

    private static readonly CallId Call = TemporaryGroupNetwork.Call;

    private readonly TemporaryGroupNetwork _network = new();

    [Fact]
    public void A_talk_from_a_constituent_group_is_heard_in_all_groups_octet_for_octet()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        Assert.Equal("1 Taken, 2 Taken, 11 Granted, 12 Taken, 13 Taken, 21 Taken, 22 Taken", _network.TakeHeard());

        byte[] packet = _network.Talk(11);

        Assert.Equal("1, 2, 12, 13, 21, 22", _network.TakeListeners(packet));
        _network.Floor(11, FloorMessageType.Release);
        Assert.Equal("1 Idle, 2 Idle, 11 Idle, 12 Idle, 13 Idle, 21 Idle, 22 Idle", _network.TakeHeard());
        Assert.Empty(_network.Media);
    }

    [Fact]
    public void A_talk_at_the_controlling_function_is_heard_in_the_constituent_groups()
    {
        _network.Start();
        _network.Floor(1, FloorMessageType.Request);

        byte[] packet = _network.Talk(1);

        Assert.Equal("2, 11, 12, 13, 21, 22", _network.TakeListeners(packet));
    }

    [Fact]
    public void Requests_wait_in_one_queue_whatever_group_they_come_from()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        _network.Forget();
        _network.Floor(21, FloorMessageType.Request);
        _network.Floor(12, FloorMessageType.Request);
        Assert.Equal("12 QueuePositionInfo, 21 QueuePositionInfo", _network.TakeHeard());

        _network.Floor(11, FloorMessageType.Release);
        Assert.Equal("1 Taken, 2 Taken, 11 Taken, 12 Taken, 13 Taken, 21 Granted, 22 Taken", _network.TakeHeard());
        byte[] packet = _network.Talk(21);
        Assert.Equal("1, 2, 11, 12, 13, 22", _network.TakeListeners(packet));

        _network.Floor(21, FloorMessageType.Release);
        Assert.Equal("1 Taken, 2 Taken, 11 Taken, 12 Granted, 13 Taken, 21 Taken, 22 Taken", _network.TakeHeard());
    }

    [Fact]
    public void Media_without_permission_stays_at_the_group_it_comes_from_and_is_answered_with_Revoke()
    {
        _network.Start();
        _network.Floor(21, FloorMessageType.Request);
        _network.Forget();

        _network.Talk(11);

        Assert.Empty(_network.Media);
        Assert.Equal("11 Revoke", _network.TakeHeard());
        Assert.Equal(1, _network.A.Dropped(MediaDrop.NoFloor));
        Assert.Equal(0, _network.Controlling.Router.ReadCounters().DroppedTotal);
    }

    [Fact]
    public void A_talker_whose_loss_of_the_floor_was_lost_on_the_way_is_revoked_through_its_function()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        _network.Talk(11);
        // T1 ends the talk, and nobody is told.
        _network.Fate = () => null;
        _network.Advance(TimeSpan.FromSeconds(5));
        _network.Fate = () => TimeSpan.Zero;
        _network.Advance(TimeSpan.FromMilliseconds(300)); // longer than media may be in flight, shorter than T7
        _network.Forget();

        _network.Talk(11);

        Assert.Equal("12, 13", string.Join(", ", _network.Media.Select(entry => entry.Client).Order()));
        Assert.Equal("11 Revoke", _network.TakeHeard());
        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.NoFloor));
        _network.Floor(11, FloorMessageType.Release);
        Assert.Equal("11 Idle", _network.TakeHeard());
        _network.Media.Clear();
        _network.Advance(TimeSpan.FromMilliseconds(300));
        _network.Forget();
        _network.Talk(11);
        Assert.Empty(_network.Media);
        Assert.Equal("11 Revoke", _network.TakeHeard());
    }

    [Fact]
    public void A_grant_ends_the_revoking_of_earlier_media_from_behind_the_same_function()
    {
        _network.Start();
        // Node A lets its own media through to a controlling function that knows of no permission.
        SendAs(_network.A, _network.Clients[12].MediaPacket(_network.Key));
        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.NoFloor));
        _network.Floor(11, FloorMessageType.Request);
        _network.Forget();

        for (int i = 0; i < 3; i++)
        {
            _network.Advance(TimeSpan.FromSeconds(1));
            _network.Talk(11);
        }

        Assert.Equal("", _network.TakeHeard());
        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.NoFloor));
    }

    [Fact]
    public void Media_under_way_when_somebody_behind_a_function_releases_is_dropped_without_a_Revoke()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        byte[] late = _network.Clients[11].MediaPacket(_network.Key);
        _network.Floor(11, FloorMessageType.Release);
        long messages = _network.Controlling.Router.ReadCounters().SentFloor_packets;

        SendAs(_network.A, late);

        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.NoFloor));
        Assert.Equal(messages, _network.Controlling.Router.ReadCounters().SentFloor_packets);
    }

    [Fact]
    public void A_function_that_is_gone_takes_the_floor_of_its_participants_with_it()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        _network.Forget();

        _network.Execute(_network.Controlling, new RemoveLeg(Call, new LegId(LegOfA)));

        Assert.Equal("1 Idle, 2 Idle, 21 Idle, 22 Idle", _network.TakeHeard());
        _network.Talk(11);
        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.UnknownSource));
        _network.Floor(21, FloorMessageType.Request);
        Assert.Equal("1 Taken, 2 Taken, 21 Granted, 22 Taken", _network.TakeHeard());
    }

    [Fact]
    public void A_function_that_falls_silent_loses_the_floor_by_T1()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        _network.Talk(11);
        _network.Forget();
        _network.Advance(TimeSpan.FromSeconds(4));
        Assert.StartsWith("1 Idle, 2 Idle, 11 Idle", _network.TakeHeard(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_participant_that_leaves_its_group_gives_back_the_floor_of_the_temporary_group()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        _network.Forget();

        _network.Execute(_network.A, new RemoveLeg(Call, new LegId(11)));

        Assert.Equal("1 Idle, 2 Idle, 12 Idle, 13 Idle, 21 Idle, 22 Idle", _network.TakeHeard());
    }

    [Fact]
    public void The_best_request_that_came_with_the_answers_is_granted()
    {
        _network.Connect(LegOfA);
        _network.Connect(TemporaryGroupNetwork.LegOfB);
        // Node A's participants have references of its own choice; a request by message tells the test one.
        _network.Floor(11, FloorMessageType.Request);
        _network.Forget();
        InitialFloorRequest Urgent(int leg) => new(
            new LegId(leg), "sip:user99@example.org", 5, FloorIndicator.Emergency, true, "", [42]);

        _network.Execute(_network.Controlling, new CompleteTemporaryGroup(Call, [Urgent(1)]));
        Assert.Contains("no function's", Refusal(_network.Controlling), StringComparison.Ordinal);
        _network.Execute(_network.Controlling, new CompleteTemporaryGroup(Call, [Urgent(TemporaryGroupNetwork.LegOfB)]));

        // The one who is granted the floor is not known at node B, everybody else hears who it is.
        Assert.Equal("1 Taken, 2 Taken, 11 Taken, 12 Taken, 13 Taken, 21 Taken, 22 Taken", _network.TakeHeard());
        Assert.Contains(new FloorChanged(Call, new LegId(TemporaryGroupNetwork.LegOfB)), _network.Controlling.Reports);
        _network.Execute(_network.Controlling, new CompleteTemporaryGroup(Call, []));
        Assert.Contains("waits for answers", Refusal(_network.Controlling), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_GMK_is_for_whoever_is_behind_a_function_too_and_a_retired_one_for_nobody()
    {
        _network.Start();
        _network.Floor(11, FloorMessageType.Request);
        using GroupMasterKey next = TestClient.GroupKey(0x0000_0888);
        foreach (RouterNode node in (RouterNode[])[_network.Controlling, _network.A, _network.B])
            _network.Execute(node, new InstallGroupKey(Call, TestClient.GroupKey(0x0000_0888)));

        byte[] packet = _network.Clients[11].MediaPacket(next);
        _network.Send(_network.Clients[11].Audio, _network.A.AudioAddress, packet);
        Assert.Equal("1, 2, 12, 13, 21, 22", _network.TakeListeners(packet));

        _network.Execute(_network.Controlling, new RetireGroupKey(Call, _network.Key.Id));
        _network.Talk(11);
        Assert.Equal(1, _network.Controlling.Dropped(MediaDrop.UnknownMki));
        Assert.Equal("12, 13", string.Join(", ", _network.Media.Select(entry => entry.Client).Order()));
    }

    [Fact]
    public void Nothing_but_the_call_may_take_the_leg_to_the_controlling_function()
    {
        _network.Start();
        _network.Execute(_network.A, new RemoveLeg(Call, new LegId(TemporaryGroupNetwork.Upwards)));
        Assert.Contains("controlled by this leg", Refusal(_network.A), StringComparison.Ordinal);
        _network.Execute(_network.A, new ChangeLeg(Call, new LegId(TemporaryGroupNetwork.Upwards), LegDelivery.Multicast));
        Assert.Contains("gets unicast", Refusal(_network.A), StringComparison.Ordinal);
        _network.Execute(_network.A, new SetFloorPolicy(Call, new FloorPolicy()));
        Assert.Contains("controlled elsewhere", Refusal(_network.A), StringComparison.Ordinal);
        _network.Execute(_network.A, new CloseCall(Call));
        Assert.Equal((0, 0), (_network.A.Router.ReadCounters().Calls, _network.A.Router.ReadCounters().Legs));
    }

    private static string Refusal(RouterNode node) => Assert.IsType<CommandRefused>(node.Reports[^1]).Reason;

    private void SendAs(RouterNode node, byte[] packet) => _network.Send(node.AudioAddress, _network.Controlling.AudioAddress, packet);
}
