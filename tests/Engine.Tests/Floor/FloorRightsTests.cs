using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>What a participant may claim and may send (TS 24.380 4.1.1.4, 8.2.2).</summary>
public sealed class FloorRightsTests
{
    [Theory]
    [InlineData(FloorIndicator.Emergency, true, true, "QueuePositionInfo=1→2 Revoke#4→1")]
    [InlineData(FloorIndicator.Emergency, false, true, "NotAllowed(Request) 2 QueuePositionInfo=1→2")]
    [InlineData(FloorIndicator.ImminentPeril, false, true, "QueuePositionInfo=1→2 Revoke#4→1")]
    [InlineData(FloorIndicator.ImminentPeril, true, false, "NotAllowed(Request) 2 QueuePositionInfo=1→2")]
    [InlineData(FloorIndicator.Emergency | FloorIndicator.ImminentPeril, false, true, "NotAllowed(Request) 2 QueuePositionInfo=1→2 Revoke#4→1")]
    [InlineData(FloorIndicator.Normal, false, false, "QueuePositionInfo=1→2")]
    public void Only_who_may_claim_an_emergency_or_imminent_peril_pre_empts_with_it(
        FloorIndicator claim, bool emergency, bool imminentPeril, string expected)
    {
        ArbiterScene scene = SceneWith(2, emergency, imminentPeril);
        scene.Request(1);

        Assert.Equal(expected, scene.Request(2, indicator: claim));
        Assert.Equal(FloorOutcome.Ok, scene.Outcome);
    }

    [Fact]
    public void A_claim_while_nobody_talks_is_told_and_gives_no_weight()
    {
        ArbiterScene scene = SceneWith(2, emergency: false, imminentPeril: false);

        Assert.StartsWith("NotAllowed(Request) 2 FloorTaken 2 Granted→2", scene.Request(2, indicator: FloorIndicator.Emergency));
        // 1 has the higher number, which would not do against an emergency.
        Assert.Equal("QueuePositionInfo=1→1 Revoke#4→2", scene.Request(1));
    }

    [Fact]
    public void In_an_emergency_call_the_bit_is_no_claim_and_only_the_authorised_outweigh_the_others()
    {
        ArbiterScene scene = SceneWith(2, emergency: false, imminentPeril: false);
        scene.Arbiter.ChangePolicy(new FloorPolicy { CallType = FloorIndicator.Emergency });
        scene.Request(2, indicator: FloorIndicator.Emergency);

        Assert.Equal("Granted→2", scene.Request(2, indicator: FloorIndicator.Emergency));
        Assert.Equal("QueuePositionInfo=1→1 Revoke#4→2", scene.Request(1, 1, FloorIndicator.Emergency));
        scene.Sent(FloorMessageType.Revoke, 2).TryGetFloorIndicator(out FloorIndicator told);
        Assert.Equal(FloorIndicator.Emergency | FloorIndicator.QueueingSupported, told);
    }

    [Fact]
    public void An_implicit_request_in_an_emergency_call_weighs_as_one_for_who_may_claim_it()
    {
        var scene = new ArbiterScene(new FloorPolicy { CallType = FloorIndicator.Emergency }, participants: 0);
        scene.Join(1, implicitRequest: true);
        scene.Join(2, ArbiterScene.Profile(2) with { MayClaimEmergency = false, NegotiatedPriority = 200 });

        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2, 200, FloorIndicator.Emergency));
    }

    [Theory]
    [InlineData(FloorMessageType.Granted)]
    [InlineData(FloorMessageType.Taken)]
    [InlineData(FloorMessageType.Deny)]
    [InlineData(FloorMessageType.Idle)]
    [InlineData(FloorMessageType.Revoke)]
    [InlineData(FloorMessageType.QueuePositionInfo)]
    [InlineData(FloorMessageType.ReleaseMultiTalker)]
    [InlineData(FloorMessageType.RevokeRequest)]
    [InlineData(FloorMessageType.QueuedFloorRequests)]
    public void A_message_the_sender_has_no_right_to_is_refused_and_told(FloorMessageType type)
    {
        var scene = new ArbiterScene();
        scene.Request(1);
        byte[] buffer = new byte[64];
        int length = new FloorMessageWriter(buffer, type, ackRequired: false, ssrc: 7).Complete();

        Assert.Equal($"NotAllowed({type}) 2", scene.Receive(2, buffer[..length]));
        Assert.Equal(FloorOutcome.NotAllowed, scene.Outcome);
        Assert.Equal(1, scene.Arbiter.Talker);
    }

    private static ArbiterScene SceneWith(int number, bool emergency, bool imminentPeril)
    {
        var scene = new ArbiterScene(participants: 1);
        scene.Join(number, ArbiterScene.Profile(number) with { MayClaimEmergency = emergency, MayClaimImminentPeril = imminentPeril });
        scene.Join(3);
        return scene;
    }
}
