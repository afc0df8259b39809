using System.Text;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Authorised users, acknowledgements, retry-after, and what the SDP exchange says about the floor.</summary>
public sealed class FloorServicesTests
{
    [Fact]
    public void An_authorised_user_revokes_the_talker_by_name()
    {
        var scene = new ArbiterScene();
        scene.Join(9);
        scene.Request(1);
        Assert.Equal("-", scene.Receive(9, FloorMessages.RevokeRequest("sip:p2@mc.example")));
        Assert.Equal(FloorOutcome.NotSpecifiedInState, scene.Outcome);
        Assert.Equal("NotAllowed(RevokeRequest) 2", scene.Receive(2, FloorMessages.RevokeRequest()));
        Assert.Equal(FloorOutcome.NotAllowed, scene.Outcome);
        Assert.Equal("Revoke#7→1", scene.Receive(9, FloorMessages.RevokeRequest()));
        Assert.Equal(FloorServerState.G_PendingFloorRevoke, scene.Arbiter.State);
    }

    [Fact]
    public void Cancelling_tells_who_was_removed_and_whose_place_changed()
    {
        var scene = new ArbiterScene(participants: 1);
        foreach (int number in (int[])[5, 6, 7, 9])
            scene.Join(number, ArbiterScene.Profile(2) with { McpttId = $"sip:p{number}@mc.example", MayCancelQueued = number == 9 });
        scene.Request(1);
        foreach (int number in (int[])[5, 6, 7])
            scene.Request(number);
        Assert.Equal("QueuedFloorRequests(CancelResult 0)→9 QueuedFloorRequests(CancelNotification)→6 QueuePositionInfo=2→7",
            scene.Receive(9, FloorMessages.CancelQueued("sip:p6@mc.example")));
        Assert.True(scene.Sent(FloorMessageType.QueuedFloorRequests, 6).TryGetUserId(out ReadOnlySpan<byte> by));
        Assert.Equal("sip:p9@mc.example", Encoding.UTF8.GetString(by));
        Assert.Equal("FloorTaken 5 Granted→5 Taken→1,6,7,9", scene.Release(1));
    }

    [Fact]
    public void What_is_not_acknowledged_is_told_again_as_it_then_is()
    {
        var scene = new ArbiterScene(new FloorPolicy { RequestAckFromAll = true, T1 = TimeSpan.FromMinutes(1) });
        foreach (int number in (int[])[1, 2, 3])
            scene.Receive(number, FloorMessages.Ack(FloorMessageType.Idle));
        Assert.Equal("FloorTaken 1 Granted→1 Taken+ack→2,3", scene.Request(1));
        scene.Receive(2, FloorMessages.Ack(FloorMessageType.Taken));
        Assert.Equal("Taken+ack→3", scene.Pass(0.5));
        scene.Release(1);
        scene.Receive(1, FloorMessages.Ack(FloorMessageType.Idle));
        scene.Receive(2, FloorMessages.Ack(FloorMessageType.Idle));
        Assert.Equal("Idle+ack→3", scene.Pass(0.5));
    }

    [Fact]
    public void After_some_attempts_the_server_stops_waiting_for_an_acknowledgement()
    {
        var scene = new ArbiterScene(new FloorPolicy { RequestAck = true, AckAttempts = 3, T1 = TimeSpan.FromMinutes(1) });
        Assert.Equal("FloorTaken 1 Granted+ack→1 Taken→2,3", scene.Request(1));
        Assert.Equal("Granted+ack→1,1", scene.Pass(10));
    }

    [Fact]
    public void Who_talked_too_long_waits_for_T9()
    {
        var scene = new ArbiterScene(new FloorPolicy
        {
            T2 = TimeSpan.FromSeconds(1),
            T9 = TimeSpan.FromSeconds(5),
            MediaInFlight = TimeSpan.Zero,
        });
        scene.Request(1);
        Assert.Equal("Revoke#2→1", scene.Talk(1, 1));
        scene.Release(1);
        Assert.Equal("Deny#4→1", scene.Request(1));
        Assert.Equal("FloorTaken 2 Granted→2 Taken→1,3", scene.Request(2));
        Assert.Equal("Deny#4→1", scene.Request(1, indicator: FloorIndicator.Emergency));
        scene.Pass(3);
        scene.Media(2);
        scene.Pass(2);
        Assert.Equal("QueuePositionInfo=1→1", scene.Request(1));
    }

    [Fact]
    public void A_grant_told_by_the_SDP_answer_needs_no_message()
    {
        var scene = new ArbiterScene(participants: 1);
        Assert.Equal("FloorTaken 5 Taken→1",
            scene.Join(5, ArbiterScene.Profile(5) with { GrantInAnswer = true }, implicitRequest: true));
        Assert.Equal("Granted→5", scene.Request(5));
    }

    [Fact]
    public void Floor_Taken_that_comes_after_a_later_Idle_is_not_believed()
    {
        var scene = new ParticipantScene();
        scene.Receive(FloorMessages.Taken(number: 65535));
        Assert.Equal("FloorFree", scene.Receive(FloorMessages.Idle(number: 1)));
        Assert.Equal("-", scene.Receive(FloorMessages.Taken(number: 0)));
        Assert.Equal(FloorOutcome.AlreadyKnown, scene.Outcome);
        Assert.Equal("Ack(Idle)", scene.Receive(FloorMessages.Idle(ack: true, number: 1)));
        Assert.Null(scene.Participant.Talker);
        Assert.Equal("TalkerChanged", scene.Receive(FloorMessages.Taken(number: 2)));
    }

    [Fact]
    public void A_server_that_counts_from_the_start_again_is_believed()
    {
        var scene = new ParticipantScene();
        scene.Receive(FloorMessages.Taken(number: 5000));
        Assert.Equal("FloorFree", scene.Receive(FloorMessages.Idle(number: 1)));
    }

    [Fact]
    public void A_participant_knows_all_talkers_and_forgets_who_stopped()
    {
        var scene = new ParticipantScene();
        scene.Receive(FloorMessages.TakenBy("sip:alice@mc.example", "sip:bob@mc.example"));
        Assert.Equal((2, "sip:bob@mc.example"), (scene.Participant.TalkerCount, scene.Participant.Talker));
        Assert.Equal(("sip:bob@mc.example", 0xCAFE0002u), scene.Participant.TalkerAt(1));
        Assert.Equal("TalkerChanged", scene.Receive(FloorMessages.ReleaseMultiTalker("sip:bob@mc.example")));
        Assert.Equal((1, "sip:alice@mc.example"), (scene.Participant.TalkerCount, scene.Participant.Talker));
        Assert.Throws<ArgumentOutOfRangeException>(() => scene.Participant.TalkerAt(1));
    }

    [Fact]
    public void The_answer_grants_and_no_request_asks_for_more_than_was_negotiated()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with { NegotiatedPriority = 2, RequestReleaseAck = true });
        scene.Participant.ReleaseCall();
        scene.Participant.CompleteCallRelease();
        scene.Participant.Start(implicitRequest: true, scene.Now);
        Assert.Equal("FloorGrantedToMe", scene.Do(() => scene.Participant.TakeGrantOfAnswer(scene.Effects)));
        Assert.Equal("Release+ack", scene.LetGo());
        scene.Receive(FloorMessages.Idle());
        Assert.Equal("Request", scene.Press());
        Assert.True(scene.Sent().TryGetFloorPriority(out byte priority));
        Assert.Equal(2, priority);
    }

    [Fact]
    public void Without_queueing_the_place_in_the_queue_is_not_asked_for()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with { QueueingNegotiated = false });
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(1));
        Assert.Equal("-", scene.AskPosition());
    }
}
