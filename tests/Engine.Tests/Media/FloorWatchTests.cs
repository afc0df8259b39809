using System.Globalization;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public sealed class FloorWatchTests : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    private readonly RouterHarness _harness = new(new FloorPolicy { T9 = TimeSpan.FromSeconds(5) });
    private readonly TestClient _first;
    private readonly TestClient _second;
    private readonly TestClient _third;

    public FloorWatchTests()
    {
        _first = _harness.Join(1);
        _second = _harness.Join(2);
        _third = _harness.Join(3);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _third.Dispose();
    }

    [Fact]
    public void Who_begins_to_watch_gets_the_whole_floor_at_once()
    {
        Say(_first, FloorMessageType.Request);
        _harness.Advance(TimeSpan.FromSeconds(2));
        Say(_second, FloorMessageType.Request);
        _harness.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("G_FloorTaken talks 1 for 3.00 s, 30.00 s left; waits 2 for 1.00 s;", Watch());
    }

    [Fact]
    public void A_talk_is_followed_from_grant_to_release()
    {
        Assert.Equal("G_FloorIdle;", Watch());
        Say(_first, FloorMessageType.Request);
        Assert.Equal("G_FloorTaken talks 1 for 0.02 s, 30.00 s left; 1:Granted 1", Next());
        _harness.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Newest());
        // The talk time runs from the first packet.
        _harness.ReceiveAudio(_first.Audio, _first.MediaPacket(_harness.Key));
        _harness.Advance(Quiet);
        Assert.Equal("G_FloorTaken talks 1 for 1.04 s, 29.98 s running; 1:Granted 1", Text(Newest()!));
        _harness.ReceiveAudio(_first.Audio, _first.MediaPacket(_harness.Key));
        _harness.Advance(Quiet);
        Assert.Null(Newest());
        Say(_first, FloorMessageType.Release);
        Assert.Equal("G_FloorIdle; 1:Granted 1 2:Released 1", Next());
    }

    [Fact]
    public void The_floor_that_goes_to_who_waits_is_released_and_granted()
    {
        Say(_first, FloorMessageType.Request);
        Watch();
        Say(_second, FloorMessageType.Request);
        Say(_third, FloorMessageType.Request);
        Assert.EndsWith("waits 2 for 0.02 s; waits 3 for 0.02 s; 1:Queued 2 2:Queued 3", Next(), StringComparison.Ordinal);
        Say(_first, FloorMessageType.Release);
        Assert.Equal(
            "G_FloorTaken talks 2 for 0.02 s, 30.00 s left; waits 3 for 0.04 s; 1:Queued 2 2:Queued 3 3:Released 1 4:Granted 2", Next());
    }

    [Fact]
    public void A_position_asked_for_again_is_no_new_decision()
    {
        Say(_first, FloorMessageType.Request);
        Say(_second, FloorMessageType.Request);
        Watch();
        Say(_second, FloorMessageType.QueuePositionRequest);
        Assert.EndsWith("1:Queued 2", Next(), StringComparison.Ordinal);
        Say(_second, FloorMessageType.QueuePositionRequest);
        Assert.EndsWith("; 1:Queued 2", Next(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_talk_too_long_is_revoked_once_and_the_next_request_denied()
    {
        Say(_first, FloorMessageType.Request);
        Watch();
        _harness.ReceiveAudio(_first.Audio, _first.MediaPacket(_harness.Key));
        for (int i = 0; i < 10; i++)
        {
            _harness.Advance(TimeSpan.FromSeconds(3));
            _harness.ReceiveAudio(_first.Audio, _first.MediaPacket(_harness.Key));
        }
        _harness.Advance(Quiet);
        Assert.Equal("G_PendingFloorRevoke talks 1 for 30.00 s, 3.00 s of grace; 1:Revoked 1 #2", Text(Newest()!));
        _harness.Advance(TimeSpan.FromSeconds(1.5)); // T8: Floor Revoke again
        Assert.EndsWith("; 1:Revoked 1 #2", Text(Newest()!), StringComparison.Ordinal);
        Say(_first, FloorMessageType.Release);
        Say(_first, FloorMessageType.Request);
        Assert.Equal("G_FloorIdle; 1:Revoked 1 #2 2:Released 1 3:Denied 1 #4", Next());
    }

    [Fact]
    public void Media_without_permission_is_a_revocation_of_who_has_no_floor()
    {
        Watch();
        _harness.ReceiveAudio(_third.Audio, _third.MediaPacket(_harness.Key));
        Assert.Equal("G_FloorIdle; 1:Revoked 3 #3", Next());
    }

    [Fact]
    public void Many_changes_at_once_are_one_report_with_the_newest_state()
    {
        Watch();
        _harness.Reports.Clear();
        for (int i = 0; i < 3 * FloorSnapshot.MaxDecisions; i++)
        {
            Say(_first, FloorMessageType.Request);
            Say(_first, FloorMessageType.Release);
        }
        Say(_second, FloorMessageType.Request);
        _harness.Router.Expire(_harness.Now);
        Assert.Empty(Watched());
        Assert.Equal(_harness.Now.Nanoseconds + Quiet.TotalNanoseconds, _harness.Router.NextDeadline.Nanoseconds);
        _harness.Advance(Quiet);
        FloorSnapshot snapshot = Assert.Single(Watched()).Take()!;
        Assert.Equal(2, Assert.Single(snapshot.Talkers).Participant);
        Assert.Equal(FloorSnapshot.MaxDecisions, snapshot.Decisions.Length);
        Assert.Equal(6 * FloorSnapshot.MaxDecisions + 1, snapshot.Decisions[^1].Number);
    }

    [Fact]
    public void A_slow_reader_finds_one_report_and_the_newest_state_in_it()
    {
        _harness.Router.Execute(new WatchFloor(RouterHarness.Call, On: true), _harness.Now);
        _harness.Advance(Quiet);
        Say(_first, FloorMessageType.Request);
        _harness.Advance(Quiet);
        FloorWatched report = Assert.Single(Watched());
        Assert.Single(report.Take()!.Talkers);
        Assert.Null(report.Take());
    }

    [Fact]
    public void The_end_of_the_call_is_the_last_state()
    {
        Say(_first, FloorMessageType.Request);
        Watch();
        _harness.Router.Execute(new CloseCall(RouterHarness.Call), _harness.Now);
        FloorSnapshot last = Newest()!;
        Assert.True(last.IsCallOver);
        Assert.Equal("StartStop; 1:Released 1", Text(last));
        _harness.Advance(Quiet);
        Assert.Null(Newest());
    }

    [Fact]
    public void Who_stops_watching_hears_nothing_more()
    {
        Watch();
        _harness.Router.Execute(new WatchFloor(RouterHarness.Call, On: false), _harness.Now);
        Say(_first, FloorMessageType.Request);
        _harness.Advance(Quiet);
        Assert.Null(Newest());
    }

    [Fact]
    public void A_call_that_is_not_open_cannot_be_watched()
    {
        _harness.Router.Execute(new WatchFloor(new CallId(99), On: true), _harness.Now);
        Assert.Equal("the call is not open", Assert.IsType<CommandRefused>(_harness.Reports[^1]).Reason);
    }

    private IEnumerable<FloorWatched> Watched() => _harness.Reports.OfType<FloorWatched>();

    private void Say(TestClient client, FloorMessageType type)
    {
        _harness.ReceiveFloor(client.Floor, client.FloorPacket(type));
        _harness.Clear();
    }

    private string Watch()
    {
        _harness.Router.Execute(new WatchFloor(RouterHarness.Call, On: true), _harness.Now);
        _harness.Router.Expire(_harness.Now);
        return Text(Newest()!);
    }

    private string Next()
    {
        _harness.Advance(Quiet);
        return Text(Newest()!);
    }

    private FloorSnapshot? Newest() => Watched().LastOrDefault()?.Take();

    private static string Text(FloorSnapshot snapshot)
    {
        IEnumerable<string> talkers = snapshot.Talkers.Select(talker =>
            $" talks {talker.Participant} for {Seconds(snapshot.At - talker.Since)}, {Seconds(talker.Left)} {(talker.IsRevoked ? "of grace" : talker.IsTimed ? "running" : "left")}");
        IEnumerable<string> waiting = snapshot.Waiting.Select(waiting => $" waits {waiting.Participant} for {Seconds(snapshot.At - waiting.Since)};");
        IEnumerable<string> decisions = snapshot.Decisions.Select(decision =>
            $" {decision.Number}:{decision.Kind} {decision.Leg.Value}{(decision.Cause == 0 ? "" : $" #{decision.Cause}")}");
        return $"{snapshot.State}{string.Concat(talkers)};{string.Concat(waiting)}{string.Concat(decisions)}";
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.00} s");
}
