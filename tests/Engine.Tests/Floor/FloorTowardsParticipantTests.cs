using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 6.3.5: basic floor control operation towards one participant.</summary>
public sealed class FloorTowardsParticipantTests
{
    [Fact]
    public void A_late_joiner_is_told_Idle_or_Taken()
    {
        var scene = new ArbiterScene();
        Assert.Equal("Idle→5", scene.Join(5));
        scene.Request(1);
        Assert.Equal("Taken→6", scene.Join(6));
        Assert.Equal(FloorServerParticipantState.U_NotPermittedAndFloorTaken, scene.Arbiter.StateOf(6));
    }

    [Fact]
    public void An_implicit_request_that_starts_the_call_is_granted_although_the_originator_is_alone()
    {
        var scene = new ArbiterScene(participants: 0);
        Assert.Equal("FloorTaken 1 Granted→1", scene.Join(1, implicitRequest: true));
        Assert.Equal("Taken→2", scene.Join(2));
    }

    [Fact]
    public void An_implicit_request_while_somebody_talks_waits_or_is_answered_with_Taken()
    {
        var scene = new ArbiterScene(participants: 1);
        scene.Join(3);
        scene.Request(1);
        Assert.Equal("QueuePositionInfo=1→2", scene.Join(2, implicitRequest: true));
        Assert.Equal("Taken→7", scene.Join(7, implicitRequest: true));
    }

    [Fact]
    public void Without_queueing_and_priority_a_request_is_denied_with_cause_1()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("Deny#1→3", scene.Request(3));
        var noQueueing = new ArbiterScene(new FloorPolicy { Queueing = false });
        noQueueing.Request(1);
        Assert.Equal("Deny#1→2", noQueueing.Request(2));
    }

    [Fact]
    public void The_queue_is_ordered_by_priority_then_arrival_and_a_repeated_request_keeps_its_place()
    {
        var scene = new ArbiterScene(participants: 1);
        FloorParticipantProfile queueing = ArbiterScene.Profile(1);
        for (int number = 2; number <= 5; number++)
            scene.Join(number, queueing);
        scene.Request(1, 5);
        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2, 1));
        Assert.Equal("QueuePositionInfo=2→3", scene.Request(3, 1));
        Assert.Equal("QueuePositionInfo=1→4", scene.Request(4, 2));
        Assert.Equal("QueuePositionInfo=2→2", scene.Request(2, 1));
        Assert.Equal("QueuePositionInfo=1→3", scene.Request(3, 3));
        Assert.Equal("QueuePositionInfo=3→2", scene.Receive(2, FloorMessages.QueuePositionRequest()));
        Assert.Equal(3, scene.Arbiter.QueueLength);
    }

    [Fact]
    public void The_request_after_the_last_place_is_denied_with_cause_7()
    {
        var scene = new ArbiterScene(new FloorPolicy { QueueDepth = 1 });
        scene.Join(5, ArbiterScene.Profile(2));
        scene.Request(1);
        scene.Request(2);
        Assert.Equal("Deny#7→5", scene.Request(5));
        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2));
    }

    [Fact]
    public void A_Release_takes_a_request_out_of_the_queue_and_is_answered_with_Taken()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Request(2);
        Assert.Equal("Ack(Release)→2 Taken→2", scene.Release(2, ack: true));
        Assert.Equal("QueuePositionInfo=254→2", scene.Receive(2, FloorMessages.QueuePositionRequest()));
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Release(1));
    }

    [Fact]
    public void A_request_that_waited_too_long_is_denied_with_cause_255()
    {
        var scene = new ArbiterScene(new FloorPolicy { MaxQueueTime = TimeSpan.FromSeconds(2) });
        scene.Request(1);
        scene.Request(2);
        Assert.Equal("Deny#255→2", scene.Pass(2));
        Assert.Equal(0, scene.Arbiter.QueueLength);
    }

    [Fact]
    public void Who_leaves_leaves_the_queue_too()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Request(2);
        scene.Leave(2);
        Assert.Equal(0, scene.Arbiter.QueueLength);
        Assert.Equal("FloorIdle Idle→1,3", scene.Release(1));
    }

    [Fact]
    public void A_preempting_request_goes_before_everything_queued_and_a_more_urgent_one_before_it()
    {
        var scene = new ArbiterScene();
        scene.Join(5, ArbiterScene.Profile(2));
        scene.Request(1, 5);
        scene.Request(2, 3);
        Assert.Equal("QueuePositionInfo=1→5 Revoke#4→1", scene.Request(5, indicator: FloorIndicator.ImminentPeril));
        Assert.Equal("-", scene.Request(3, indicator: FloorIndicator.Emergency));
        Assert.Equal(1, scene.Arbiter.QueuePositionOf(3));
        Assert.Equal(2, scene.Arbiter.QueuePositionOf(5));
        Assert.Equal(3, scene.Arbiter.QueuePositionOf(2));
        Assert.Equal("FloorTaken 3 Granted→3 Taken→1,2,5", scene.Release(1));
    }

    [Fact]
    public void In_a_broadcast_call_only_the_originator_talks_and_nobody_may_ask()
    {
        var scene = new ArbiterScene(new FloorPolicy { Broadcast = true, BroadcastOriginator = 1 });
        Assert.Equal("Deny#5→2", scene.Request(2));
        Assert.Equal("FloorTaken 1 Granted→1 Taken→2,3", scene.Request(1));
        FloorMessage taken = scene.Sent(FloorMessageType.Taken, 2);
        Assert.True(taken.TryGetPermissionToRequestTheFloor(out bool permitted));
        Assert.False(permitted);
        Assert.True(taken.TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.Equal(FloorIndicator.Broadcast, indicator & (FloorIndicator.Broadcast | FloorIndicator.Normal));
        Assert.Equal("Deny#5→2", scene.Request(2, indicator: FloorIndicator.Emergency));
        Assert.Equal("Taken→5", scene.Join(5, implicitRequest: true));
    }

    [Fact]
    public void Media_without_permission_is_dropped_and_answered_with_Revoke_3_until_a_Release()
    {
        var scene = new ArbiterScene();
        Assert.Equal("Revoke#3→2", scene.Media(2));
        Assert.False(scene.Forwarded);
        Assert.Equal("-", scene.Media(2));
        Assert.Equal("Idle→1,2,3 Revoke#3→2", scene.Pass(1));
        Assert.Equal(FloorServerParticipantState.U_NotPermittedButSendsMedia, scene.Arbiter.StateOf(2));
        Assert.Equal("-", scene.Request(2));
        Assert.Equal("Idle→2", scene.Release(2));
        Assert.Equal(FloorServerParticipantState.U_NotPermittedAndFloorIdle, scene.Arbiter.StateOf(2));
    }

    [Fact]
    public void Who_does_not_stop_sending_is_reported_once_C8_is_reached()
    {
        var scene = new ArbiterScene(new FloorPolicy { C7 = 1, C8 = 3 });
        Assert.Equal("Revoke#3→2 Revoke#3→2 Revoke#3→2 ParticipantUnresponsive 2", scene.Talk(2, 10));
    }

    [Fact]
    public void Media_that_just_stops_is_forgotten_after_T1()
    {
        var scene = new ArbiterScene(new FloorPolicy { C7 = 1 });
        scene.Media(2);
        scene.Pass(3.5);
        Assert.Equal(FloorServerParticipantState.U_NotPermittedButSendsMedia, scene.Arbiter.StateOf(2));
        scene.Pass(0.5);
        Assert.Equal(FloorServerParticipantState.U_NotPermittedAndFloorIdle, scene.Arbiter.StateOf(2));
    }

    [Fact]
    public void Media_in_flight_when_the_talker_releases_is_dropped_without_a_Revoke()
    {
        var scene = new ArbiterScene(new FloorPolicy());
        scene.Request(1);
        scene.Media(1);
        scene.Release(1);
        Assert.Equal("-", scene.Media(1));
        Assert.False(scene.Forwarded);
        scene.Pass(0.3);
        Assert.Equal("Revoke#3→1", scene.Media(1));
    }

    [Fact]
    public void A_pending_Revoke_is_repeated_on_T8()
    {
        var scene = new ArbiterScene(new FloorPolicy { T3 = TimeSpan.FromSeconds(10), C8 = 2 });
        scene.Request(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        Assert.Equal("Revoke#4→1", scene.Pass(1));
        Assert.Equal("ParticipantUnresponsive 1", scene.Pass(1));
        Assert.Equal("-", scene.Pass(5));
    }

    [Fact]
    public void A_queued_participant_that_sends_too_early_still_gets_its_turn()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Request(2);
        Assert.Equal("Revoke#3→2", scene.Media(2));
        Assert.Equal("FloorTaken 2 Granted→2 Taken→1,3", scene.Release(1));
        scene.Media(2);
        Assert.True(scene.Forwarded);
    }

    [Fact]
    public void An_upgrade_of_the_session_may_request_the_floor()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Effects.Clear();
        Assert.Equal(FloorOutcome.Ok,
            scene.Arbiter.RequestImplicitly(3, FloorIndicator.Emergency, scene.Now, scene.Effects));
        Assert.Equal("Revoke#4→1", FloorEffectText.Describe(scene.Effects));
    }

    [Fact]
    public void The_acknowledgement_bit_follows_the_policy()
    {
        var scene = new ArbiterScene(new FloorPolicy { RequestAck = true });
        Assert.Equal("FloorTaken 1 Granted+ack→1 Taken→2,3", scene.Request(1));
        Assert.Equal("-", scene.Receive(1, FloorMessages.Ack(FloorMessageType.Granted)));
        Assert.Equal(FloorOutcome.Ok, scene.Outcome);
    }

    [Fact]
    public void All_messages_of_a_datagram_are_handled_up_to_a_bound()
    {
        var scene = new ArbiterScene();
        Assert.Equal("FloorTaken 1 Granted→1 Taken→2,3 FloorIdle Idle→1,2,3",
            scene.Receive(1, [.. FloorMessages.Request(), .. FloorMessages.Release()]));
        byte[] many = [.. Enumerable.Repeat(FloorMessages.Release(), 20).SelectMany(message => message)];
        scene.Receive(1, many);
        Assert.Equal(FloorOutcome.TooManyMessages, scene.Outcome);
        Assert.Equal(FloorMessage.MaxPerDatagram, scene.Effects.Count);
    }

    [Fact]
    public void Strangers_and_rubbish_change_nothing()
    {
        var scene = new ArbiterScene();
        Assert.Equal("-", scene.Request(99));
        Assert.Equal(FloorOutcome.UnknownParticipant, scene.Outcome);
        Assert.Equal("-", scene.Media(99));
        Assert.Equal("-", scene.Receive(1, [1, 2, 3]));
        Assert.Equal(FloorOutcome.Malformed, scene.Outcome);
        Assert.Equal("-", scene.Receive(1, []));
        Assert.Equal("-", scene.Join(1));
        Assert.Equal(FloorOutcome.AlreadyJoined, scene.Outcome);
        Assert.Equal("NotAllowed(QueuedFloorRequests) 1", scene.Receive(1, FloorVectors.Octets(15)));
        Assert.Equal(FloorOutcome.NotAllowed, scene.Outcome);
    }

    [Fact]
    public void A_changed_policy_counts_from_the_next_request_on()
    {
        var scene = new ArbiterScene();
        scene.Arbiter.ChangePolicy(new FloorPolicy { Broadcast = true, BroadcastOriginator = 2 });
        Assert.Equal("Deny#5→1", scene.Request(1));
        Assert.Equal("FloorTaken 2 Granted→2 Taken→1,3", scene.Request(2));
    }

    [Fact]
    public void A_Deny_takes_out_what_the_participant_had_waiting()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        Assert.Equal("Deny#1→3", scene.Request(3));
        Assert.Equal(0, scene.Arbiter.QueueLength);
    }

    [Fact]
    public void Unicast_media_flow_control_is_passed_on()
    {
        var scene = new ArbiterScene();
        Assert.Equal("Ack(UnicastMediaFlowControl)→2 UnicastMediaStopped 2", scene.Receive(2, FloorMessages.MediaFlow(false)));
        Assert.Equal("Ack(UnicastMediaFlowControl)→2 UnicastMediaResumed 2", scene.Receive(2, FloorMessages.MediaFlow(true)));
    }
}
