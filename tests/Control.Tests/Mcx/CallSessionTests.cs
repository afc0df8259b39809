using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Session timers, UPDATE, PRACK and crossing INVITEs in group calls.</summary>
public sealed class CallSessionTests
{
    private static readonly (string, string) Timer = ("Supported", "timer");
    private static readonly (string, string) ServerRefreshes = ("Session-Expires", "1800;refresher=uac");
    private static readonly (string, string) ClientRefreshes = ("Session-Expires", "1800;refresher=uas");
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly McSystemHarness _mcx = new();

    public CallSessionTests()
    {
        foreach (string name in (string[])["alice", "bob", "erin"])
        {
            _mcx.Register(name, expires: 3600);
            _mcx.Affiliate(name, TestOrganisation.Fire);
        }
        _mcx.Ladder.Clear();
    }

    [Fact]
    public void A_caller_with_timers_is_told_the_interval_and_that_it_refreshes()
    {
        _mcx.CallWith("alice", TestOrganisation.Fire, Timer, ("Session-Expires", "1800"));
        _mcx.Respond("bob", SipMethods.Invite, 200, "");

        SipResponse ok = _mcx.LateAnswer!;
        Assert.Equal(("1800;refresher=uac", "timer"), (ok.Headers.Get("Session-Expires"), ok.Headers.Get("Require")));
        Assert.Equal(["100rel", "outbound", "path", "timer"], ok.Headers.GetAll("Supported").Order());
        Assert.Superset(new HashSet<string>([SipMethods.Update, SipMethods.Prack]), new HashSet<string>(ok.Headers.GetAll("Allow")));
    }

    [Fact]
    public void Too_short_an_interval_is_refused_before_anybody_is_called()
    {
        SipResponse refusal = _mcx.CallWith("alice", TestOrganisation.Fire, Timer, ("Session-Expires", "60"))!;

        Assert.Equal((422, "90"), (refusal.Status, refusal.Headers.Get("Min-SE")));
        Assert.Equal(["alice → server: INVITE", "server → client: 422 INVITE"], _mcx.Ladder);
        Assert.Equal(0, _mcx.System.CallCount);
        Assert.Null(_mcx.CallWith("alice", TestOrganisation.Fire, ("Session-Expires", "60")));
    }

    [Fact]
    public void Reliable_responses_may_be_required_of_the_server_which_sends_none()
    {
        Assert.Null(_mcx.CallWith("alice", TestOrganisation.Fire, ("Require", "100rel, timer")));
        _mcx.Respond("bob", SipMethods.Invite, 200, "");
        Assert.Equal(200, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void A_member_that_wants_a_longer_interval_is_invited_with_it()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        SipRequest first = _mcx.Waiting("bob", SipMethods.Invite);
        Assert.Equal(("1800", "90"), (first.Headers.Get("Session-Expires"), first.Headers.Get("Min-SE")));
        Assert.Equal(["100rel", "outbound", "path", "timer"], first.Headers.GetAll("Supported").Order());

        _mcx.Respond("bob", SipMethods.Invite, 422, null, ("Min-SE", "2400"));

        SipRequest second = _mcx.Waiting("bob", SipMethods.Invite);
        Assert.Equal((first.CallId, first.From!.Tag, first.CSeq.Number + 1), (second.CallId, second.From!.Tag, second.CSeq.Number));
        Assert.Null(second.To!.Tag);
        Assert.Equal(("2400", "2400"), (second.Headers.Get("Session-Expires"), second.Headers.Get("Min-SE")));
        _mcx.Respond("bob", SipMethods.Invite, 200, "", ("Session-Expires", "2400;refresher=uas"));
        Assert.Equal("server → client: 200 INVITE", _mcx.Ladder[^1]);
    }

    [Fact]
    public void A_member_that_asks_for_nothing_sensible_is_left_out()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Respond("erin", SipMethods.Invite, 486);
        _mcx.Respond("bob", SipMethods.Invite, 422, null, ("Min-SE", "4294967295"));
        Assert.Equal(480, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void A_client_that_vanished_leaves_the_call_within_the_interval()
    {
        (_, SipDialog alice) = CallUp(bob: ClientRefreshes, alice: [Timer]);
        _mcx.Wait(Quarter);
        Assert.Equal(200, _mcx.Within("alice", alice, SipMethods.Update, headers: [Timer, ServerRefreshes]).Status);
        _mcx.Ladder.Clear();

        _mcx.Wait(TimeSpan.FromSeconds(900 - 32 - 1));
        Assert.DoesNotContain("server → bob: BYE", _mcx.Ladder);
        _mcx.Wait(TimeSpan.FromSeconds(1));

        Assert.Contains("server → bob: BYE", _mcx.Ladder);
        Assert.Equal("sip:bob@mcx.example: nobody refreshed the session", _mcx.Events.Single(happened => happened.Name == "call-member-removed").Detail);
        Assert.Contains("server → alice: BYE", _mcx.Ladder); // one is no call
        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void Clients_that_refresh_stay_as_long_as_they_like()
    {
        (SipDialog bob, SipDialog alice) = CallUp(bob: ClientRefreshes, alice: [Timer]);
        for (int i = 0; i < 20; i++)
        {
            _mcx.Wait(Quarter);
            foreach (string name in (string[])["alice", "bob"])
                _mcx.Register(name);
            SipResponse byUpdate = _mcx.Within("alice", alice, SipMethods.Update, headers: [Timer, ServerRefreshes]);
            SipResponse byInvite = _mcx.Within("bob", bob, SipMethods.Invite, version: 1, headers: [Timer, ServerRefreshes]);
            Assert.Equal((200, 200, 0), (byUpdate.Status, byInvite.Status, byUpdate.Body.Length));
            Assert.Equal("1800;refresher=uac", byUpdate.Headers.Get("Session-Expires"));
        }
        Assert.Equal(1, _mcx.System.CallCount);
        Assert.DoesNotContain("server → bob: INVITE", _mcx.Ladder.Skip(2));
    }

    [Fact]
    public void Clients_without_timers_are_asked_by_INVITE_whether_they_are_there()
    {
        CallUp();
        ulong version = DescriptionOf(_mcx.LateAnswer!).SessionVersion;
        for (int i = 0; i < 2; i++)
        {
            _mcx.Ladder.Clear();
            _mcx.Wait(Quarter);
            Assert.Equal(["server → alice: INVITE", "server → bob: INVITE"], _mcx.Ladder.Order());
            SipRequest refresh = _mcx.Waiting("alice", SipMethods.Invite);
            Assert.Equal(version, DescriptionOf(refresh).SessionVersion);
            Assert.Equal("1800;refresher=uac", refresh.Headers.Get("Session-Expires"));
            Assert.DoesNotContain("mc_granted", Encoding.UTF8.GetString(refresh.Body.Span), StringComparison.Ordinal);
            _mcx.Respond("alice", SipMethods.Invite, 200, "");
            _mcx.Respond("bob", SipMethods.Invite, 488);
            Assert.Contains("server → alice: ACK", _mcx.Ladder);
        }
        Assert.Equal(1, _mcx.System.CallCount);

        _mcx.Wait(Quarter);
        _mcx.Lose("bob", SipMethods.Invite);

        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void Who_allows_UPDATE_is_refreshed_by_it()
    {
        CallUp(bob: ServerRefreshes, allow: "INVITE, ACK, BYE, UPDATE");
        _mcx.Wait(Quarter);

        SipRequest refresh = _mcx.Waiting("bob", SipMethods.Update);
        Assert.Equal((0, "1800;refresher=uac"), (refresh.Body.Length, refresh.Headers.Get("Session-Expires")));
        Assert.Contains("isfocus", refresh.Headers.Get("Contact")!, StringComparison.Ordinal);
        _mcx.Respond("bob", SipMethods.Update, 200, null, ServerRefreshes);
        _mcx.Respond("alice", SipMethods.Invite, 200, "");
        _mcx.Wait(Quarter);
        Assert.NotNull(_mcx.Waiting("bob", SipMethods.Update));
    }

    [Theory]
    [InlineData(481, false)]
    [InlineData(408, false)]
    [InlineData(503, true)]
    public void Only_408_and_481_end_a_leg_before_its_interval_does(int status, bool stays)
    {
        CallUp(bob: ServerRefreshes);
        _mcx.Wait(Quarter);
        _mcx.Respond("alice", SipMethods.Invite, 200, "");

        _mcx.Respond("bob", SipMethods.Invite, status);

        Assert.Equal(stays ? 1 : 0, _mcx.System.CallCount);
        _mcx.Wait(TimeSpan.FromSeconds(500));
        Assert.Equal(stays ? 1 : 0, _mcx.System.CallCount);
    }

    [Fact]
    public void A_refresh_that_cannot_be_sent_is_sent_over_the_clients_new_connection()
    {
        CallUp(bob: ServerRefreshes);
        _mcx.CloseFlow("bob");
        _mcx.Wait(Quarter);
        _mcx.Respond("alice", SipMethods.Invite, 200, "");
        _mcx.Lose("bob", SipMethods.Invite, "TransportError");
        Assert.Equal(1, _mcx.System.CallCount);
        _mcx.Register("bob");

        _mcx.Wait(TimeSpan.FromSeconds(450));

        Assert.NotNull(_mcx.Waiting("bob", SipMethods.Invite));
        Assert.DoesNotContain(_mcx.Destinations[..^1], before => before.Flow == _mcx.Destinations[^1].Flow);
        _mcx.Respond("bob", SipMethods.Invite, 200, "", ServerRefreshes);
        _mcx.Wait(TimeSpan.FromSeconds(449));
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Theory]
    [InlineData(SipMethods.Update)]
    [InlineData(SipMethods.Invite)]
    public void The_same_media_under_another_version_is_taken_and_other_media_is_not(string method)
    {
        (SipDialog bob, SipDialog alice) = CallUp(alice: [Timer]);
        int media = _mcx.Media.Count;
        foreach ((string name, SipDialog dialog) in ((string, SipDialog)[])[("alice", alice), ("bob", bob)])
        {
            SipResponse same = _mcx.Within(name, dialog, method, version: 7);
            SipResponse other = _mcx.Within(name, dialog, method, version: 8, port: 31000);

            Assert.Equal((200, 488), (same.Status, other.Status));
            Assert.Equal(16384, DescriptionOf(same).Audio!.Port);
        }
        Assert.Equal(media, _mcx.Media.Count);
    }

    [Fact]
    public void A_refused_change_leaves_the_next_one_free()
    {
        (_, SipDialog alice) = CallUp();
        Assert.Equal(488, _mcx.Within("alice", alice, SipMethods.Invite, version: 2, port: 31000).Status);
        Assert.Equal(200, _mcx.Within("alice", alice, SipMethods.Invite, version: 2).Status);
    }

    [Fact]
    public void INVITEs_that_cross_are_refused_with_491_and_the_servers_comes_again()
    {
        (_, SipDialog alice) = CallUp();
        _mcx.Wait(Quarter);
        _mcx.Respond("bob", SipMethods.Invite, 200, "");

        Assert.Equal(491, _mcx.Within("alice", alice, SipMethods.Invite, version: 2).Status);
        _mcx.Respond("alice", SipMethods.Invite, 491);
        Assert.Equal(200, _mcx.Within("alice", alice, SipMethods.Invite, version: 2).Status);
        _mcx.Wait(TimeSpan.FromSeconds(4));

        Assert.NotNull(_mcx.Waiting("alice", SipMethods.Invite));
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Fact]
    public void A_reliable_response_is_acknowledged_once_and_may_bring_the_answer()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        (string, string)[] reliable = [("Require", "100rel"), ("RSeq", "4711")];
        _mcx.Respond("bob", SipMethods.Invite, 183, "", reliable);
        _mcx.Respond("bob", SipMethods.Invite, 183, "", reliable);
        SipRequest prack = _mcx.Waiting("bob", SipMethods.Prack);
        Assert.Equal(("4711 1 INVITE", 2u, "tag-bob"), (prack.Headers.Get("RAck"), prack.CSeq.Number, prack.To!.Tag));
        _mcx.Respond("bob", SipMethods.Prack, 200);

        _mcx.Respond("bob", SipMethods.Invite, 200);

        Assert.Equal(200, _mcx.LateAnswer!.Status);
        Assert.Equal(2, _mcx.Media.OfType<MediaEffect.AddLeg>().Count());
        _mcx.Run((system, effects) => system.CallInactive(_mcx.Media.OfType<MediaEffect.OpenCall>().Single().Call, effects));
        Assert.Equal(3u, _mcx.Waiting("bob", SipMethods.Bye).CSeq.Number);
    }

    [Fact]
    public void An_unreliable_response_is_not_acknowledged_and_an_answer_in_it_does_not_count()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Respond("erin", SipMethods.Invite, 486);
        _mcx.Respond("bob", SipMethods.Invite, 183, "");
        _mcx.Respond("bob", SipMethods.Invite, 200);
        Assert.DoesNotContain("server → bob: PRACK", _mcx.Ladder);
        Assert.Contains("server → bob: BYE", _mcx.Ladder);
    }

    private static SessionDescription DescriptionOf(SipMessage message)
    {
        MimePart part = MultipartBody.PartsOf(message).First(part => part.MediaType == ContentTypes.Sdp);
        Assert.True(SessionDescription.TryParse(part.Body, out SessionDescription description, out _));
        return description;
    }

    /// <summary>Alice calls, bob answers; erin does not take part.</summary>
    private (SipDialog Bob, SipDialog Alice) CallUp(
        (string, string)? bob = null, string? allow = null, params IReadOnlyList<(string, string)> alice)
    {
        _mcx.CallWith("alice", TestOrganisation.Fire, alice);
        _mcx.Respond("erin", SipMethods.Invite, 486);
        List<(string, string)> headers = bob is { } interval ? [interval] : [];
        if (allow is not null)
            headers.Add(("Allow", allow));
        SipDialog ofBob = _mcx.Respond("bob", SipMethods.Invite, 200, "", headers);
        return (ofBob, _mcx.Acknowledge());
    }
}
