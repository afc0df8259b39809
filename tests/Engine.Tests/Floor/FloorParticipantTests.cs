using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 6.2.4: floor participant state transitions.</summary>
public sealed class FloorParticipantTests
{
    [Fact]
    public void Push_to_talk_requests_the_floor_with_what_was_configured()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with
        {
            CallType = FloorIndicator.Emergency,
            FunctionalAlias = "sip:fire-lead@mc.example",
            Location = new byte[] { 3, 0x21, 0xF3, 0x54 },
        });
        Assert.Equal("Request", scene.Press());
        Assert.Equal(FloorParticipantState.U_PendingRequest, scene.State);
        FloorMessage request = scene.Sent();
        Assert.Equal(0x0A0B0C01u, request.Ssrc);
        Assert.True(request.TryGetFloorPriority(out byte priority));
        Assert.Equal(5, priority);
        Assert.True(request.TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.Equal(FloorIndicator.Emergency, indicator);
        Assert.True(request.TryGetFunctionalAlias(out ReadOnlySpan<byte> alias));
        Assert.Equal("sip:fire-lead@mc.example", Encoding.UTF8.GetString(alias));
        Assert.True(request.TryGetLocation(out FloorLocation location));
        Assert.Equal(3, location.Type);
    }

    [Fact]
    public void A_session_upgrade_that_asks_for_the_floor_sends_no_request_until_T101()
    {
        var scene = new ParticipantScene();
        Assert.Equal("-", scene.Do(() => scene.Participant.RequestWithUpgrade(scene.Now)));
        Assert.Equal(FloorParticipantState.U_PendingRequest, scene.State);
        Assert.Equal("Request", scene.Pass(1));
        Assert.Equal("FloorGrantedToMe", scene.Receive(FloorMessages.Granted()));
        Assert.Equal("-", scene.Do(() => scene.Participant.RequestWithUpgrade(scene.Now)));
        Assert.Equal(FloorParticipantState.U_HasPermission, scene.State);
    }

    [Fact]
    public void A_request_is_repeated_on_T101_until_C101_and_then_given_up()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("Request", scene.Pass(1));
        Assert.Equal("Request", scene.Pass(1));
        Assert.Equal("RequestTimedOut", scene.Pass(1));
        Assert.Equal(FloorParticipantState.U_HasNoPermission, scene.State);
        Assert.True(scene.Participant.NextDeadline.IsNever);
    }

    [Fact]
    public void Granted_gives_permission_with_duration_and_SSRC()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("Ack(Granted) FloorGrantedToMe", scene.Receive(FloorMessages.Granted(ack: true)));
        Assert.Equal(FloorParticipantState.U_HasPermission, scene.State);
        Assert.Equal(30, scene.Effects[1].Duration_s);
        Assert.Equal(0xCAFE0001u, scene.Effects[1].AudioSsrc);
        Assert.Equal("Ack(Granted)", scene.Receive(FloorMessages.Granted(ack: true)));
    }

    [Theory]
    [InlineData(FloorIndicator.Normal, null)]
    [InlineData(FloorIndicator.DualFloor, "sip:alice@mc.example")]
    [InlineData(FloorIndicator.MultiTalker, "sip:alice@mc.example")]
    public void Who_is_granted_the_floor_alone_hears_nobody_any_more(FloorIndicator indicator, string? heard)
    {
        var scene = new ParticipantScene();
        scene.Receive(FloorMessages.Taken());
        scene.Press();
        scene.Receive(FloorMessages.Granted(indicator: indicator));
        Assert.Equal(FloorParticipantState.U_HasPermission, scene.State);
        Assert.Equal(heard, scene.Participant.Talker);
    }

    [Fact]
    public void A_release_is_repeated_on_T100_until_Idle_or_Taken_or_media()
    {
        var scene = new ParticipantScene();
        foreach (Func<string> end in new Func<string>[]
        {
            () => scene.Receive(FloorMessages.Idle()),
            () => scene.Receive(FloorMessages.Taken()),
            () => scene.Media(),
        })
        {
            scene.Press();
            scene.Receive(FloorMessages.Granted());
            Assert.Equal("Release", scene.LetGo());
            Assert.Equal("Release", scene.Pass(1));
            Assert.StartsWith("ReleaseCompleted", end(), StringComparison.Ordinal);
            Assert.Equal(FloorParticipantState.U_HasNoPermission, scene.State);
        }
    }

    [Fact]
    public void A_release_nobody_answers_ends_at_C100()
    {
        var scene = new ParticipantScene();
        scene.Press();
        scene.Receive(FloorMessages.Granted());
        scene.LetGo();
        Assert.Equal("Release Release ReleaseCompleted", scene.Pass(3));
        Assert.Equal(FloorParticipantState.U_HasNoPermission, scene.State);
    }

    [Fact]
    public void Revoke_stops_the_talk_and_the_release_carries_the_indicator_of_the_revoke()
    {
        var scene = new ParticipantScene();
        scene.Press();
        scene.Receive(FloorMessages.Granted());
        Assert.Equal("FloorRevoked#4 Release", scene.Receive(FloorMessages.Revoke(4)));
        Assert.Equal(FloorParticipantState.U_PendingRelease, scene.State);
        Assert.True(scene.Sent().TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.Equal(FloorIndicator.Emergency, indicator);
    }

    [Fact]
    public void Deny_tells_the_cause()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("Ack(Deny) FloorDenied#1", scene.Receive(FloorMessages.Deny(1, ack: true)));
        Assert.Equal(FloorParticipantState.U_HasNoPermission, scene.State);
    }

    [Theory]
    [InlineData(FloorMessageType.Deny, FloorEffectKind.FloorDenied)]
    [InlineData(FloorMessageType.Revoke, FloorEffectKind.FloorRevoked)]
    public void A_refusal_brings_the_phrase_of_the_server(FloorMessageType type, FloorEffectKind kind)
    {
        var scene = new ParticipantScene();
        scene.Press();
        byte[] message = new byte[64];
        var writer = new FloorMessageWriter(message, type, ackRequired: false, ssrc: 1);
        writer.AddRejectCause(255, "lunch"u8);
        scene.Receive(message[..writer.Complete()]);
        FloorEffect refusal = Enumerable.Range(0, scene.Effects.Count).Select(i => scene.Effects[i]).Single(effect => effect.Kind == kind);
        Assert.Equal(255, refusal.Cause);
        Assert.Equal("lunch"u8, scene.Effects.Phrase(refusal));
    }

    [Fact]
    public void Who_lets_the_button_go_and_keeps_the_place_is_offered_the_turn()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with { AcceptQueuedGrantAutomatically = true });
        Assert.False(scene.Participant.KeepWaiting());
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(2));
        Assert.True(scene.Participant.KeepWaiting());
        Assert.Equal(FloorParticipantState.U_Queued, scene.State);
        Assert.Equal("QueuedFloorOffered", scene.Receive(FloorMessages.Granted()));
        Assert.Equal("FloorGrantedToMe", scene.Press());
    }

    [Fact]
    public void A_queued_request_waits_for_the_user_when_its_turn_comes()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("QueuePosition=2", scene.Receive(FloorMessages.QueuePositionInfo(2)));
        Assert.Equal(FloorParticipantState.U_Queued, scene.State);
        Assert.Equal("QueuedFloorOffered", scene.Receive(FloorMessages.Granted()));
        Assert.Equal("-", scene.Receive(FloorMessages.Granted()));
        Assert.Equal("FloorGrantedToMe", scene.Press());
        Assert.Equal(FloorParticipantState.U_HasPermission, scene.State);
    }

    [Fact]
    public void A_turn_not_taken_within_T132_is_given_back()
    {
        var scene = new ParticipantScene();
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(1));
        scene.Receive(FloorMessages.Granted());
        Assert.Equal("-", scene.Pass(1.9));
        Assert.Equal("Release", scene.Pass(0.1));
        Assert.Equal(FloorParticipantState.U_PendingRelease, scene.State);
    }

    [Fact]
    public void An_automatic_client_accepts_while_the_button_is_held()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with { AcceptQueuedGrantAutomatically = true });
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(1));
        Assert.Equal("FloorGrantedToMe", scene.Receive(FloorMessages.Granted()));
    }

    [Fact]
    public void The_queue_position_is_asked_for_on_T104_and_the_place_given_up_at_C104()
    {
        var scene = new ParticipantScene();
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(255));
        Assert.Equal("QueuePositionRequest", scene.AskPosition());
        Assert.Equal("QueuePosition=1", scene.Receive(FloorMessages.QueuePositionInfo(1)));
        Assert.Equal("-", scene.Pass(10));
        scene.AskPosition();
        scene.Pass(2);
        Assert.Equal("RequestTimedOut Release", scene.Pass(1));
    }

    [Fact]
    public void Letting_the_button_go_cancels_a_request_queued_or_not()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("Release", scene.LetGo());
        scene.Receive(FloorMessages.Idle());
        scene.Press();
        scene.Receive(FloorMessages.QueuePositionInfo(1));
        Assert.Equal("Release", scene.LetGo());
        Assert.Equal("-", scene.Receive(FloorMessages.Granted()));
        Assert.Equal(FloorParticipantState.U_PendingRelease, scene.State);
    }

    [Fact]
    public void Taken_names_the_talker_and_silence_for_T103_frees_the_floor()
    {
        var scene = new ParticipantScene();
        Assert.Equal("Ack(Taken) TalkerChanged", scene.Receive(FloorMessages.Taken(ack: true, permitted: false)));
        Assert.Equal("sip:alice@mc.example", scene.Participant.Talker);
        Assert.False(scene.Participant.PermittedToRequestTheFloor);
        scene.Pass(3);
        scene.Media();
        Assert.Equal("-", scene.Pass(3));
        Assert.Equal("FloorFree", scene.Pass(1));
        Assert.Null(scene.Participant.Talker);
        Assert.True(scene.Participant.PermittedToRequestTheFloor);
    }

    [Fact]
    public void A_Taken_that_crosses_a_request_does_not_stop_its_repetition()
    {
        var scene = new ParticipantScene();
        scene.Press();
        scene.Receive(FloorMessages.Taken());
        Assert.Equal(FloorParticipantState.U_PendingRequest, scene.State);
        Assert.Equal("Request", scene.Pass(1));
    }

    [Fact]
    public void A_Revoke_without_permission_is_answered_with_a_Release_so_that_the_server_gets_out_of_it()
    {
        var scene = new ParticipantScene();
        Assert.Equal("Release", scene.Receive(FloorMessages.Revoke(3)));
        Assert.Equal(FloorParticipantState.U_HasNoPermission, scene.State);
    }

    [Fact]
    public void An_implicit_request_begins_in_pending_request()
    {
        var scene = new ParticipantScene();
        scene.Participant.Start(implicitRequest: true, Instant.Zero);
        Assert.Equal("Request", scene.Pass(1));
        Assert.Equal("FloorGrantedToMe", scene.Receive(FloorMessages.Granted()));
    }

    [Fact]
    public void The_originator_of_a_broadcast_call_releases_it_after_its_talk()
    {
        var scene = new ParticipantScene(ParticipantScene.Options with { BroadcastOriginator = true });
        scene.Press();
        scene.Receive(FloorMessages.Granted());
        scene.LetGo();
        scene.Receive(FloorMessages.Idle());
        Assert.Equal(FloorParticipantState.Releasing, scene.State);
        Assert.Equal("-", scene.Press());
    }

    [Fact]
    public void Rubbish_changes_nothing()
    {
        var scene = new ParticipantScene();
        scene.Press();
        Assert.Equal("-", scene.Receive([0x80, 0xCC]));
        Assert.Equal(FloorOutcome.Malformed, scene.Outcome);
        Assert.Equal("-", scene.Receive(FloorMessages.Request()));
        Assert.Equal(FloorOutcome.NotSpecifiedInState, scene.Outcome);
        Assert.Equal(FloorParticipantState.U_PendingRequest, scene.State);
    }
}
