using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Emergency, imminent peril, broadcast and private group calls (TS 24.379 6.2.8, 10.1.1.4.7, TS 24.380 11).</summary>
public class CallKindTests
{
    private static readonly McpttInfo Emergency = new() { EmergencyIndication = true };
    private static readonly McpttInfo ImminentPeril = new() { ImminentPerilIndication = true };
    private static readonly McpttInfo Normal = new() { EmergencyIndication = false, ImminentPerilIndication = false };
    private static readonly McpttInfo Broadcast = new() { BroadcastIndication = true };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_authorised_users_emergency_call_is_one_for_floor_control_and_for_the_members(bool emergency)
    {
        McSystemHarness mcx = Begin();
        mcx.Call("alice", TestOrganisation.Fire, kind: emergency ? Emergency : ImminentPeril);

        Assert.Equal((emergency, !emergency), Indications(mcx.Unanswered.Single().Request));
        Assert.Equal(emergency ? FloorIndicator.Emergency : FloorIndicator.ImminentPeril, Opened(mcx).CallType);
        mcx.Answer("bob");
        MediaEffect.AddLeg[] legs = [.. mcx.Media.OfType<MediaEffect.AddLeg>()];
        Assert.Equal(
            [("sip:alice@mcx.example", true, true), ("sip:bob@mcx.example", false, false)],
            legs.Select(leg => (leg.McpttId, leg.Profile.MayClaimEmergency, leg.Profile.MayClaimImminentPeril)));
        Assert.Equal((emergency, !emergency), Indications(mcx.LateAnswer!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_not_authorised_makes_no_such_call(bool emergency)
    {
        McSystemHarness mcx = Begin();

        SipResponse refusal = mcx.Call("bob", TestOrganisation.Fire, kind: emergency ? Emergency : ImminentPeril)!;

        Assert.Equal((403, 100), (refusal.Status, McSystemHarness.WarningOf(refusal)));
        Assert.Empty(mcx.Media);
    }

    [Fact]
    public void A_re_INVITE_makes_the_call_an_emergency_and_asks_for_the_floor_and_another_ends_it()
    {
        McSystemHarness mcx = Begin();
        SipDialog dialog = Up(mcx, "alice");

        SipResponse ok = mcx.ReInvite("alice", dialog, Emergency, "mc_queueing;mc_priority=7;mc_implicit_request");

        Assert.Equal((200, (true, false)), (ok.Status, Indications(ok)));
        Assert.Equal(["mc_queueing", "mc_priority", "mc_implicit_request"], FloorLine(ok).Keys);
        Assert.Equal(FloorIndicator.Emergency, mcx.Media.OfType<MediaEffect.SetFloorPolicy>().Single().FloorPolicy.CallType);
        MediaEffect.RequestFloor request = Assert.IsType<MediaEffect.RequestFloor>(mcx.Media[^1]);
        Assert.Equal((1, FloorIndicator.Emergency), (request.Leg, request.CallType));

        mcx.SendAck("alice", dialog, ok.CSeq.Number);
        Assert.Equal(200, mcx.ReInvite("alice", dialog, Normal).Status);
        Assert.Equal(FloorIndicator.Normal, ((MediaEffect.SetFloorPolicy)mcx.Media[^1]).FloorPolicy.CallType);
        Assert.Equal(["Emergency, by sip:alice@mcx.example", "Normal, by sip:alice@mcx.example"],
            mcx.Events.Where(happened => happened.Name == "call-type-changed").Select(happened => happened.Detail));
    }

    [Fact]
    public void An_upgrade_without_authorisation_or_of_anothers_dialog_changes_nothing_and_tells_what_holds()
    {
        McSystemHarness mcx = Begin();
        SipDialog dialog = Up(mcx, "bob", "alice");
        int effects = mcx.Media.Count;

        SipResponse refusal = mcx.ReInvite("bob", dialog, Emergency, "mc_implicit_request");

        Assert.Equal((403, 100, (false, false)), (refusal.Status, McSystemHarness.WarningOf(refusal), Indications(refusal)));
        Assert.Equal(403, mcx.ReInvite("bob", dialog, Emergency, asUser: "alice").Status);
        Assert.Equal(200, mcx.ReInvite("bob", dialog, new McpttInfo()).Status);
        Assert.Equal(488, mcx.ReInvite("carol", dialog, Normal, asUser: "bob").Status);
        Assert.Equal(effects, mcx.Media.Count);
    }

    [Fact]
    public void Who_may_not_begin_an_emergency_may_not_end_it()
    {
        McSystemHarness mcx = Begin();
        SipDialog dialog = Up(mcx, "bob", "erin");
        mcx.Call("alice", TestOrganisation.Fire, kind: Emergency);
        Assert.Equal(FloorIndicator.Emergency, mcx.Media.OfType<MediaEffect.SetFloorPolicy>().Single().FloorPolicy.CallType);

        SipResponse refusal = mcx.ReInvite("bob", dialog, Normal);

        Assert.Equal((403, (true, false)), (refusal.Status, Indications(refusal)));
    }

    [Theory]
    [InlineData(BroadcastCalls.Never, false, false)]
    [InlineData(BroadcastCalls.Allowed, false, false)]
    [InlineData(BroadcastCalls.Allowed, true, true)]
    [InlineData(BroadcastCalls.Always, false, true)]
    public void A_group_says_whether_a_call_is_a_broadcast(BroadcastCalls setting, bool asked, bool broadcast)
    {
        McSystemHarness mcx = Begin(group => group with { Broadcast = setting });

        mcx.Call("bob", TestOrganisation.Fire, kind: asked ? Broadcast : null);

        Assert.Equal((broadcast, broadcast ? 1 : (int?)null), (Opened(mcx).Broadcast, Opened(mcx).BroadcastOriginator));
        Assert.All(mcx.Unanswered, sent => Assert.Equal(broadcast ? true : null, InfoOf(sent.Request).BroadcastIndication));
    }

    [Fact]
    public void A_broadcast_is_refused_where_the_group_has_none()
    {
        SipResponse refusal = Begin().Call("alice", TestOrganisation.Fire, kind: Broadcast)!;

        Assert.Equal((403, 100), (refusal.Status, McSystemHarness.WarningOf(refusal)));
    }

    [Fact]
    public void A_broadcast_call_ends_when_its_originator_has_talked()
    {
        McSystemHarness mcx = Begin(group => group with { Broadcast = BroadcastCalls.Allowed });
        mcx.Call("alice", TestOrganisation.Fire, kind: Broadcast);
        mcx.Answer("bob");
        ulong call = mcx.Media.OfType<MediaEffect.OpenCall>().Single().Call;

        // The floor of a new call is idle.
        mcx.Run((system, effects) => system.FloorChanged(call, null, effects));
        Assert.Equal(1, mcx.System.CallCount);
        mcx.Run((system, effects) => system.FloorChanged(call, 1, effects));
        Assert.Equal(1, mcx.System.CallCount);
        mcx.Run((system, effects) => system.FloorChanged(call, null, effects));

        Assert.Equal(0, mcx.System.CallCount);
        Assert.Equal(["server → alice: BYE", "server → bob: BYE"], mcx.Ladder[^2..].Order());
    }

    [Fact]
    public void An_originator_that_calls_its_broadcast_again_stays_the_one_who_may_talk()
    {
        McSystemHarness mcx = Begin(group => group with { Broadcast = BroadcastCalls.Always });
        mcx.Call("alice", TestOrganisation.Fire);
        mcx.Answer("bob");

        mcx.Call("alice", TestOrganisation.Fire);

        int leg = mcx.Media.OfType<MediaEffect.AddLeg>().Last().Leg;
        Assert.Equal(leg, mcx.Media.OfType<MediaEffect.SetFloorPolicy>().Last().FloorPolicy.BroadcastOriginator);
    }

    [Fact]
    public void Privacy_keeps_the_callers_name_from_the_members()
    {
        McSystemHarness mcx = Begin();
        mcx.Call("alice", TestOrganisation.Fire, privacy: true);
        Assert.Null(InfoOf(mcx.Unanswered.Single().Request).CallingUserId);
        mcx.Answer("bob");

        Assert.Equal([true, false], mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.Profile.PrivacyRequested));
    }

    [Fact]
    public void Rights_of_members_and_users_reach_floor_control()
    {
        McSystemHarness mcx = Begin(group => group with
        {
            Members = group.Members.ToDictionary(
                member => member.Key, member => member.Value with { MayRevoke = member.Key == TestOrganisation.Id("bob"), MayCancelQueued = true }),
        });
        mcx.Call("alice", TestOrganisation.Fire);
        mcx.Answer("bob");

        Assert.Equal(
            [(false, true, true), (true, true, false)],
            mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => (leg.Profile.MayRevoke, leg.Profile.MayCancelQueued, leg.Profile.LocationConsent)));
    }

    [Fact]
    public void Refused_floor_messages_are_told_with_user_and_call()
    {
        McSystemHarness mcx = Begin();
        mcx.Call("alice", TestOrganisation.Fire);
        ulong call = mcx.Media.OfType<MediaEffect.OpenCall>().Single().Call;

        mcx.Run((system, effects) => system.FloorMessagesRefused(call, 1, FloorMessageType.Request, 3, effects));
        mcx.Run((system, effects) => system.FloorMessagesRefused(call, 99, FloorMessageType.Granted, 1, effects));

        McxEvent told = mcx.Events.Single(happened => happened.Name == "floor-message-refused");
        Assert.Equal((TestOrganisation.Fire, true), (told.Subject, told.Warning));
        Assert.StartsWith("sip:alice@mcx.example: a Floor Request claimed an emergency", told.Detail, StringComparison.Ordinal);
    }

    /// <summary>Alice may all and tells where she is; bob and erin may nothing.</summary>
    private static McSystemHarness Begin(Func<McGroup, McGroup>? change = null)
    {
        Organisation plain = TestOrganisation.Create();
        var mcx = new McSystemHarness(organisation: new Organisation(
            TestOrganisation.Domain,
            plain.Users.Select(user => user.McpttId == TestOrganisation.Id("alice")
                ? user with { AllowEmergencyGroupCall = true, AllowImminentPerilCall = true, AllowLocationInfoWhenTalking = true }
                : user),
            plain.Groups.Select(group => group.Id == TestOrganisation.Fire && change is not null ? change(group) : group)));
        foreach (string name in (string[])["alice", "bob"])
        {
            mcx.Register(name);
            mcx.Affiliate(name, TestOrganisation.Fire);
        }
        mcx.Ladder.Clear();
        return mcx;
    }

    private static SipDialog Up(McSystemHarness mcx, string caller, string? also = null)
    {
        if (also is not null)
        {
            mcx.Register(also);
            mcx.Affiliate(also, TestOrganisation.Fire);
        }
        mcx.Call(caller, TestOrganisation.Fire);
        foreach (string invited in mcx.Unanswered.Select(sent => sent.To).Where(to => to != "alice" || caller == "alice" || also == "alice").ToArray())
            mcx.Answer(invited);
        return mcx.Acknowledge();
    }

    private static FloorPolicy Opened(McSystemHarness mcx) => mcx.Media.OfType<MediaEffect.OpenCall>().Single().FloorPolicy;

    private static McpttInfo InfoOf(SipMessage message)
    {
        MimePart part = MultipartBody.PartsOf(message).First(part => part.MediaType == ContentTypes.McpttInfo);
        Assert.True(McpttInfo.TryParse(part.Body, out McpttInfo info, out _));
        return info;
    }

    private static (bool Emergency, bool ImminentPeril) Indications(SipMessage message) =>
        (InfoOf(message).EmergencyIndication == true, InfoOf(message).ImminentPerilIndication == true);

    private static IReadOnlyDictionary<string, string?> FloorLine(SipMessage message)
    {
        MimePart part = MultipartBody.PartsOf(message).First(part => part.MediaType == ContentTypes.Sdp);
        Assert.True(SessionDescription.TryParse(part.Body, out SessionDescription description, out _));
        return description.FloorControl!.FloorParameters;
    }
}
