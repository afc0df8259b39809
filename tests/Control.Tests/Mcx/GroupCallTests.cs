using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Prearranged group calls at the controlling function (TS 24.379 10.1.1.4).</summary>
public class GroupCallTests
{
    private const string RegroupId = "sip:regroup-7@mcx.example";

    private readonly McSystemHarness _mcx = new();

    public GroupCallTests()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dave", "erin", "dispatcher"])
            _mcx.Register(name);
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.Affiliate("carol", TestOrganisation.Ambulance);
        _mcx.Affiliate("dave", TestOrganisation.Ambulance);
        _mcx.Ladder.Clear();
    }

    [Fact]
    public void A_call_on_a_regroup_invites_the_members_of_both_groups_and_uses_the_preconfigured_groups_key()
    {
        FormRegroup();
        _mcx.Ladder.Clear();

        Assert.Null(_mcx.Call("alice", RegroupId));
        _mcx.Answer("bob");
        SipResponse answer = _mcx.LateAnswer!;
        _mcx.SendAck("alice", SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, answer), answer.CSeq.Number);
        _mcx.Answer("carol");
        _mcx.Answer("dave", 480);

        Assert.Equal(
            [
                "alice → server: INVITE",
                "server → bob: INVITE",
                "server → carol: INVITE",
                "server → dave: INVITE",
                "bob → server: 200 INVITE",
                "server → bob: ACK",
                "server → client: 200 INVITE",
                "alice → server: ACK",
                "carol → server: 200 INVITE",
                "server → carol: ACK",
                "dave → server: 480 INVITE",
            ],
            _mcx.Ladder);
        MediaEffect.OpenCall open = Assert.IsType<MediaEffect.OpenCall>(_mcx.Media[0]);
        Assert.Equal(4u, open.MediaKey.Id.Value);
        Assert.Equal(RegroupId, open.GroupIdentity);
        Assert.Equal(
            ["sip:alice@mcx.example", "sip:bob@mcx.example", "sip:carol@mcx.example"],
            _mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.McpttId));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void The_caller_joins_the_media_plane_with_the_answer_but_with_the_ack_when_its_call_asked_for_the_floor(bool implicitRequest, int legsAtAnswer)
    {
        _mcx.Call("alice", TestOrganisation.Fire, implicitRequest: implicitRequest);
        _mcx.Answer("bob");
        Assert.Equal(legsAtAnswer, _mcx.Media.OfType<MediaEffect.AddLeg>().Count());

        SipResponse answer = _mcx.LateAnswer!;
        _mcx.SendAck("alice", SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, answer), answer.CSeq.Number);

        Assert.Equal([false, implicitRequest], _mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.ImplicitFloorRequest));
    }

    [Fact]
    public void A_call_placed_again_after_a_kill_has_other_server_SSRCs_for_every_user()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
        _mcx.KillAndRestart();
        _mcx.Register("alice");
        _mcx.Register("bob");
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");

        MediaEffect.AddLeg[] legs = [.. _mcx.Media.OfType<MediaEffect.AddLeg>()];
        Assert.Equal(4, legs.Length);
        Assert.Equal(4, legs.Select(leg => (leg.ClientServerKey.Id, leg.ServerSsrc)).Distinct().Count());
    }

    [Fact]
    public void A_leg_without_a_reserved_server_SSRC_is_hung_up()
    {
        _mcx.Store(new ServerSsrcReservation { Id = ServerSsrcReservation.OnlyId, Mask = 0, LastBlock = ServerSsrcs.MaxBlock - 1 });
        _mcx.KillAndRestart();
        _mcx.Register("alice");
        _mcx.Register("bob");
        _mcx.Register("erin");
        _mcx.Affiliate("erin", TestOrganisation.Fire);
        _mcx.Call("bob", TestOrganisation.Fire);
        _mcx.Answer("erin");
        // Alice's client loses its call again and again, until its user has no SSRC left.
        for (int i = 0; i < ServerSsrcs.LegsPerBlock; i++)
            Assert.Equal(200, _mcx.Call("alice", TestOrganisation.Fire)!.Status);
        int legs = _mcx.Media.OfType<MediaEffect.AddLeg>().Count();
        _mcx.Ladder.Clear();

        _mcx.Call("alice", TestOrganisation.Fire);

        Assert.Equal("server → alice: BYE", _mcx.Ladder[^1]);
        Assert.Equal(legs, _mcx.Media.OfType<MediaEffect.AddLeg>().Count());
        Assert.Contains(_mcx.Events, happened => happened is { Name: "server-ssrcs-used-up", Warning: true });
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Fact]
    public void The_answer_mirrors_the_offer_line_by_line()
    {
        FormRegroup();
        _mcx.Call("alice", RegroupId, implicitRequest: true);
        _mcx.Answer("bob");

        MimePart sdp = MultipartBody.PartsOf(_mcx.LateAnswer!).First(part => part.MediaType == ContentTypes.Sdp);
        Assert.True(SessionDescription.TryParse(sdp.Body, out SessionDescription answer, out _));
        Assert.Equal(2, answer.Media.Count);
        Assert.Equal(16384, answer.Audio!.Port);
        Assert.Equal("RTP/SAVP", answer.Audio.Protocol);
        Assert.Equal(["mc_queueing", "mc_priority", "mc_implicit_request"], answer.FloorControl!.FloorParameters.Keys);
        Assert.Equal("5", answer.FloorControl.FloorParameters["mc_priority"]);
        Assert.Contains("isfocus", _mcx.LateAnswer!.Headers.Get("Contact")!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constituent_of_a_regroup_cannot_be_called_and_the_caller_is_told_again()
    {
        FormRegroup();
        _mcx.Ladder.Clear();

        SipResponse response = _mcx.Call("alice", TestOrganisation.Fire)!;

        Assert.Equal((403, 148), (response.Status, McSystemHarness.WarningOf(response)));
        Assert.Equal("server → alice: MESSAGE create", _mcx.Ladder[^1]);
    }

    [Theory]
    [InlineData("erin", "sip:fire-1@mcx.example", 403, 120)]
    [InlineData("alice", "sip:ambulance-2@mcx.example", 403, 116)]
    [InlineData("alice", "sip:nothing@mcx.example", 404, 113)]
    [InlineData("alice", "sip:major-incident@mcx.example", 403, 167)]
    [InlineData("alice", "no uri", 403, 150)]
    public void A_call_that_is_not_allowed_gets_its_warning(string caller, string group, int status, int warning)
    {
        SipResponse response = _mcx.Call(caller, group)!;

        Assert.Equal((status, warning), (response.Status, McSystemHarness.WarningOf(response)));
        Assert.Empty(_mcx.Media);
    }

    [Fact]
    public void The_call_ends_for_the_caller_when_no_member_answers()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob", 486);

        Assert.Equal(480, _mcx.LateAnswer!.Status);
        Assert.Equal(0, _mcx.System.CallCount);
        Assert.IsType<MediaEffect.CloseCall>(_mcx.Media[^1]);
    }

    [Fact]
    public void A_cancelled_call_cancels_the_invitations()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Cancel();

        Assert.Equal(487, _mcx.LateAnswer!.Status);
        Assert.Equal("server → bob: CANCEL", _mcx.Ladder[^1]);
        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void A_member_that_answers_after_the_call_ended_is_acknowledged_and_hung_up()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Cancel();
        _mcx.Answer("bob");

        Assert.Equal(["server → bob: ACK", "server → bob: BYE"], _mcx.Ladder[^2..]);
    }

    [Fact]
    public void When_one_participant_is_left_the_call_is_released()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
        var dialog = SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, _mcx.LateAnswer!);
        _mcx.SendAck("alice", dialog, _mcx.LateAnswer!.CSeq.Number);

        SipResponse response = _mcx.Send("alice", dialog.CreateRequest(SipMethods.Bye));

        Assert.Equal(200, response.Status);
        Assert.Equal("server → bob: BYE", _mcx.Ladder[^1]);
        Assert.Equal(0, _mcx.System.CallCount);
        Assert.IsType<MediaEffect.CloseCall>(_mcx.Media[^1]);
    }

    [Fact]
    public void Cancelling_the_regroup_releases_its_call_before_the_members_are_told()
    {
        FormRegroup();
        _mcx.Call("alice", RegroupId);
        _mcx.Answer("bob");
        _mcx.Ladder.Clear();

        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Remove, RegroupUri = RegroupId });

        Assert.Equal(
            [
                "dispatcher → server: MESSAGE remove",
                "server → client: 200 MESSAGE",
                "server → alice: BYE",
                "server → bob: BYE",
                "server → carol: CANCEL",
                "server → dave: CANCEL",
                "server → alice: MESSAGE remove",
            ],
            _mcx.Ladder[..7]);
    }

    [Fact]
    public void Who_affiliates_during_a_call_is_invited_to_it()
    {
        _mcx.Affiliate("dave");
        FormRegroup();
        _mcx.Call("alice", RegroupId);
        _mcx.Answer("bob");
        _mcx.Ladder.Clear();

        _mcx.Affiliate("dave", TestOrganisation.Ambulance);

        Assert.Equal(
            ["dave → server: PUBLISH", "server → client: 200 PUBLISH", "server → dave: MESSAGE create", "server → dave: INVITE"],
            _mcx.Ladder);
    }

    [Fact]
    public void Joining_a_running_call_is_answered_with_warning_123()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob", 480);
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
        _mcx.Affiliate("erin", TestOrganisation.Fire);
        _mcx.Answer("erin", 480);

        SipResponse response = _mcx.Call("erin", TestOrganisation.Fire)!;

        Assert.Equal((200, 123), (response.Status, McSystemHarness.WarningOf(response)));
    }

    [Fact]
    public void T4_in_the_floor_arbiter_releases_the_call()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
        ulong call = _mcx.Media.OfType<MediaEffect.OpenCall>().Single().Call;

        _mcx.Run((system, effects) => system.CallInactive(call, effects));

        Assert.Equal(0, _mcx.System.CallCount);
        Assert.Equal(["server → alice: BYE", "server → bob: BYE"], _mcx.Ladder[^2..].Order());
    }

    private void FormRegroup()
    {
        var body = new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            RegroupUri = RegroupId,
            Groups = [TestOrganisation.Fire, TestOrganisation.Ambulance],
        };
        Assert.Equal(200, _mcx.Regroup("dispatcher", body).Status);
        foreach (string name in (string[])["alice", "bob", "carol", "dave"])
            _mcx.Answer(name);
    }
}
