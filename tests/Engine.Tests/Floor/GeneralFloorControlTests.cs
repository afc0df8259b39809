using System.Text;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 6.3.4: general floor control operation.</summary>
public sealed class GeneralFloorControlTests
{
    [Fact]
    public void A_request_while_idle_is_granted_and_told_to_all_others()
    {
        var scene = new ArbiterScene();
        Assert.Equal("FloorTaken 1 Granted→1 Taken→2,3", scene.Request(1, 5));
        Assert.Equal(FloorServerState.G_FloorTaken, scene.Arbiter.State);
        Assert.Equal(1, scene.Arbiter.Talker);

        FloorMessage granted = scene.Sent(FloorMessageType.Granted, 1);
        Assert.True(granted.TryGetDuration(out ushort duration_s));
        Assert.Equal(30, duration_s);
        Assert.True(granted.TryGetAudioSsrc(out uint ssrc));
        Assert.Equal(0xCAFE0001u, ssrc);
        Assert.Equal(0x0F0E0D0Cu, granted.Ssrc);

        FloorMessage taken = scene.Sent(FloorMessageType.Taken, 3);
        Assert.True(taken.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker));
        Assert.Equal("sip:p1@mc.example", Encoding.UTF8.GetString(talker));
        Assert.True(taken.TryGetPermissionToRequestTheFloor(out bool permitted));
        Assert.True(permitted);
        Assert.True(taken.TryGetAudioSsrc(out ssrc));
        Assert.Equal(0xCAFE0001u, ssrc);
        Assert.True(taken.TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.Equal(FloorIndicator.Normal | FloorIndicator.QueueingSupported, indicator);
    }

    [Fact]
    public void Without_an_audio_SSRC_none_is_announced()
    {
        var scene = new ArbiterScene();
        scene.Join(7, ArbiterScene.Profile(7) with { AudioSsrc = 0 });
        scene.Request(7);
        Assert.False(scene.Sent(FloorMessageType.Granted, 7).TryGetAudioSsrc(out _));
        Assert.False(scene.Sent(FloorMessageType.Taken, 1).TryGetAudioSsrc(out _));
    }

    [Fact]
    public void The_only_participant_is_denied_with_cause_3()
    {
        var scene = new ArbiterScene(participants: 1);
        Assert.Equal("Deny#3→1", scene.Request(1));
        Assert.Equal(FloorServerState.G_FloorIdle, scene.Arbiter.State);
    }

    [Fact]
    public void A_receive_only_participant_is_denied_with_cause_5_idle_taken_and_in_emergency()
    {
        var scene = new ArbiterScene(participants: 4);
        Assert.Equal("Deny#5→4", scene.Request(4));
        scene.Request(1);
        Assert.Equal("Deny#5→4", scene.Request(4));
        Assert.Equal("Deny#5→4", scene.Request(4, indicator: FloorIndicator.Emergency));
    }

    [Fact]
    public void Message_sequence_numbers_grow_by_one_with_every_Idle_and_Taken()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.True(scene.Sent(FloorMessageType.Taken, 2).TryGetMessageSequenceNumber(out ushort first));
        scene.Release(1);
        Assert.True(scene.Sent(FloorMessageType.Idle, 2).TryGetMessageSequenceNumber(out ushort second));
        Assert.True(scene.Sent(FloorMessageType.Idle, 3).TryGetMessageSequenceNumber(out ushort same));
        Assert.Equal(first + 1, second);
        Assert.Equal(second, same);
    }

    [Fact]
    public void Floor_Idle_is_repeated_on_T7_until_C7_is_reached()
    {
        var scene = new ArbiterScene(new FloorPolicy { T7 = TimeSpan.FromSeconds(1), C7 = 3, T4 = TimeSpan.FromHours(1) });
        scene.Request(1);
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Release(1));
        Assert.Equal("Idle→1,2,3", scene.Pass(1));
        Assert.Equal("Idle→1,2,3", scene.Pass(1));
        Assert.Equal("-", scene.Pass(60));
    }

    [Fact]
    public void T4_reports_inactivity_again_and_again_until_the_call_is_released()
    {
        var scene = new ArbiterScene(new FloorPolicy { C7 = 1 });
        Assert.Equal("CallInactive", scene.Pass(30));
        Assert.Equal("CallInactive", scene.Pass(30));
        scene.Arbiter.ReleaseCall(scene.Now, scene.Effects);
        Assert.True(scene.Arbiter.NextDeadline.IsNever);
    }

    [Fact]
    public void T1_ends_a_talk_without_media_and_every_packet_restarts_it()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Pass(3);
        scene.Media(1);
        Assert.True(scene.Forwarded);
        Assert.Equal("-", scene.Pass(3.9));
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Pass(0.1));
        Assert.Null(scene.Arbiter.Talker);
    }

    [Fact]
    public void T2_runs_from_the_first_packet_not_from_the_grant_and_leads_to_Revoke_2()
    {
        var scene = new ArbiterScene(new FloorPolicy { T2 = TimeSpan.FromSeconds(10) });
        scene.Request(1);
        scene.Pass(3.5);
        Assert.Equal("", scene.Talk(1, 9.5));
        Assert.Equal("Revoke#2→1", scene.Talk(1, 0.5));
        Assert.Equal(FloorServerState.G_PendingFloorRevoke, scene.Arbiter.State);
        Assert.Equal(FloorServerParticipantState.U_PendingFloorRevoke, scene.Arbiter.StateOf(1));
    }

    [Fact]
    public void Media_is_forwarded_during_the_grace_T3_and_no_longer()
    {
        var scene = new ArbiterScene(new FloorPolicy
        {
            T2 = TimeSpan.FromSeconds(1),
            T8 = TimeSpan.FromMinutes(1),
            MediaInFlight = TimeSpan.Zero,
        });
        scene.Request(1);
        Assert.Equal("Revoke#2→1", scene.Talk(1, 1));
        scene.Talk(1, 2.5);
        Assert.True(scene.Forwarded);
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Talk(1, 0.5));
        Assert.Equal("-", scene.Media(1));
        scene.Pass(0.001);
        Assert.Equal("Revoke#3→1", scene.Media(1));
        Assert.False(scene.Forwarded);
    }

    [Fact]
    public void The_talker_who_asks_again_gets_the_remaining_time()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Talk(1, 10);
        Assert.Equal("Granted→1", scene.Request(1));
        Assert.True(scene.Sent(FloorMessageType.Granted, 1).TryGetDuration(out ushort duration_s));
        Assert.Equal(20, duration_s);
    }

    [Fact]
    public void A_grant_from_the_queue_is_repeated_on_T20_and_taken_back_at_C20()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2));
        Assert.Equal("FloorTaken 2 Granted→2 Taken→1,3", scene.Release(1));
        Assert.Equal("Granted→2", scene.Pass(1));
        Assert.Equal("Granted→2", scene.Pass(1));
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Pass(1));
    }

    [Fact]
    public void The_first_packet_stops_T20()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Request(2);
        scene.Release(1);
        scene.Media(2);
        Assert.Equal("-", scene.Pass(3.9));
    }

    [Fact]
    public void An_emergency_request_preempts_with_Revoke_4_and_is_granted_without_an_Idle_between()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("Revoke#4→1", scene.Request(3, indicator: FloorIndicator.Emergency));
        Assert.Equal("Ack(Release)→1 FloorTaken 3 Granted→3 Taken→1,2", scene.Release(1, ack: true));
    }

    [Fact]
    public void Imminent_peril_outranks_normal_and_is_outranked_by_emergency()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("QueuePositionInfo=1→2 Revoke#4→1", scene.Request(2, indicator: FloorIndicator.ImminentPeril));
        scene.Release(1);
        Assert.Equal("QueuePositionInfo=1→1", scene.Request(1));
        Assert.Equal("Revoke#4→2", scene.Request(3, indicator: FloorIndicator.Emergency));
    }

    [Fact]
    public void A_strictly_greater_priority_preempts_an_equal_one_does_not()
    {
        var scene = new ArbiterScene();
        scene.Join(5, ArbiterScene.Profile(1) with { McpttId = "sip:p5@mc.example" });
        scene.Request(2, 3);
        Assert.Equal("QueuePositionInfo=1→5", scene.Request(5, 3));
        Assert.Equal("QueuePositionInfo=1→1 Revoke#4→2", scene.Request(1, 4));
    }

    [Fact]
    public void Nobody_asks_for_more_priority_than_was_negotiated_and_asking_for_none_means_all_of_it()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2, 255));
        Assert.True(scene.Sent(FloorMessageType.QueuePositionInfo, 2).TryGetQueueInfo(out _, out byte priority));
        Assert.Equal(3, priority);
    }

    [Fact]
    public void The_talker_who_leaves_frees_the_floor()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        Assert.Equal("FloorIdle Idle→3,2", scene.Leave(1));
        Assert.Null(scene.Arbiter.StateOf(1));
        Assert.Equal(2, scene.Arbiter.ParticipantCount);
    }

    [Fact]
    public void After_call_release_nothing_is_sent_forwarded_or_timed()
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        scene.Effects.Clear();
        scene.Arbiter.ReleaseCall(scene.Now, scene.Effects);
        Assert.Equal("FloorIdle", FloorEffectText.Describe(scene.Effects));
        Assert.Equal("-", scene.Media(1));
        Assert.False(scene.Forwarded);
        Assert.Equal("-", scene.Release(1, ack: true));
        Assert.Equal(FloorOutcome.NotSpecifiedInState, scene.Outcome);
        Assert.Equal("-", scene.Join(9));
        Assert.Equal(FloorOutcome.CallReleasing, scene.Outcome);
        Assert.True(scene.Arbiter.NextDeadline.IsNever);
        scene.Arbiter.CompleteRelease();
        Assert.Equal(FloorServerState.StartStop, scene.Arbiter.State);
    }

    [Fact]
    public void Who_asked_for_privacy_is_not_named()
    {
        var scene = new ArbiterScene();
        scene.Join(8, ArbiterScene.Profile(8) with { PrivacyRequested = true });
        scene.Request(8);
        Assert.True(scene.Sent(FloorMessageType.Taken, 1).TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker));
        Assert.Equal("sip:anonymous@anonymous.invalid", Encoding.UTF8.GetString(talker));
    }

    [Fact]
    public void The_alias_is_told_with_the_talker_and_the_location_only_with_consent()
    {
        foreach (bool consent in new[] { false, true })
        {
            var scene = new ArbiterScene();
            scene.Join(8, ArbiterScene.Profile(8) with { LocationConsent = consent });
            scene.Receive(8, FloorVectors.Octets(2));
            FloorMessage taken = scene.Sent(FloorMessageType.Taken, 1);
            Assert.True(taken.TryGetFunctionalAlias(out ReadOnlySpan<byte> alias));
            Assert.Equal("sip:fire-lead@mc.example", Encoding.UTF8.GetString(alias));
            Assert.Equal(consent, taken.TryGetLocation(out _));
        }
    }

    [Fact]
    public void Track_Info_of_a_request_comes_back_in_its_answer()
    {
        var scene = new ArbiterScene();
        scene.Receive(1, FloorVectors.Octets(17));
        Assert.True(scene.Sent(FloorMessageType.Granted, 1).TryGetTrackInfo(out FloorTrackInfo track));
        Assert.Equal(0x20304050u, track.Reference(1));
    }

    [Fact]
    public void A_policy_with_a_timer_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArbiterScene(new FloorPolicy { T4 = TimeSpan.Zero }));
}
