using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Two ends of a dialog, each a <see cref="SipSession"/>.</summary>
public sealed class SipSessionTests
{
    private static readonly SessionTimerOptions Options = new() { SessionExpires_s = 600 };

    private Instant _now = Instant.FromMilliseconds(1_000);

    [Fact]
    public void The_caller_refreshes_by_UPDATE_where_the_peer_allows_it_and_both_stay()
    {
        (SipSession client, SipSession server) = Establish(calleeAllows: "INVITE, UPDATE");
        Assert.Equal((true, false), (client.WeRefresh, server.WeRefresh));
        for (int i = 0; i < 10; i++)
        {
            _now = client.NextDeadline;
            Assert.Equal(SessionTimerAction.Refresh, client.Expire(_now));
            SipRequest refresh = client.CreateRefresh();
            Assert.Equal((SipMethods.Update, "600;refresher=uac"), (refresh.Method, refresh.Headers.Get("Session-Expires")));
            Assert.Equal(SessionTimerAction.None, client.Answered(Succeed(server, refresh), _now));
            Assert.Equal(SessionTimerAction.None, server.Expire(_now));
        }
        _now += TimeSpan.FromSeconds(600 - 32);
        Assert.Equal(SessionTimerAction.End, server.Expire(_now));
    }

    [Fact]
    public void Without_UPDATE_the_refresh_is_an_INVITE()
    {
        (SipSession client, _) = Establish(calleeAllows: "INVITE, BYE");
        Assert.Equal(SipMethods.Invite, client.CreateRefresh().Method);
    }

    [Theory]
    [InlineData(405)]
    [InlineData(501)]
    public void A_peer_that_refuses_the_UPDATE_it_allowed_gets_an_INVITE(int status)
    {
        (SipSession client, _) = Establish(calleeAllows: "UPDATE");
        SipRequest update = client.CreateRefresh();

        Assert.Equal(SessionTimerAction.Refresh, client.Answered(SipResponse.For(update, status), _now));

        Assert.Equal(SipMethods.Invite, client.CreateRefresh().Method);
    }

    [Fact]
    public void A_refresh_moves_the_remote_target_of_both_ends()
    {
        (SipSession client, SipSession server) = Establish(calleeAllows: "UPDATE");
        SipRequest update = client.CreateRefresh();
        update.Headers.Add("Contact", "<sip:caller@192.0.2.77>");
        SipResponse ok = Succeed(server, update);
        ok.Headers.Add("Contact", "<sip:callee@192.0.2.99>");
        client.Answered(ok, _now);

        Assert.Equal("sip:caller@192.0.2.77", server.Dialog.RemoteTarget.ToString());
        Assert.Equal("sip:callee@192.0.2.99", client.Dialog.RemoteTarget.ToString());
    }

    [Fact]
    public void INVITEs_that_cross_are_both_refused_and_the_callers_comes_again_later()
    {
        (SipSession client, SipSession server) = Establish();
        SipRequest ours = client.CreateInvite(), theirs = server.CreateInvite();

        SipResponse toOurs = server.Refusal(ours)!, toTheirs = client.Refusal(theirs)!;
        Assert.Equal((491, 491), (toOurs.Status, toTheirs.Status));
        Assert.Equal(SessionTimerAction.None, client.Answered(toOurs, _now));
        Assert.Equal(SessionTimerAction.None, server.Answered(toTheirs, _now));

        Assert.Equal((2100, 0), ((client.RetryAt - _now).TotalMilliseconds, (server.RetryAt - _now).TotalMilliseconds));
        Assert.Equal(SessionTimerAction.Refresh, server.Expire(_now));
        SipRequest again = server.CreateRefresh();
        Assert.Null(client.Refusal(again));
        Assert.Equal(Instant.Never, server.RetryAt);
        _now += TimeSpan.FromMilliseconds(2100);
        Assert.Equal(SessionTimerAction.None, client.Expire(_now)); // theirs is not answered yet
        Assert.Equal(_now + TimeSpan.FromSeconds(2), client.NextDeadline);
    }

    [Fact]
    public void A_lower_or_repeated_number_is_refused()
    {
        (SipSession client, SipSession server) = Establish();
        SipRequest first = client.Dialog.CreateRequest(SipMethods.Invite), second = client.Dialog.CreateRequest(SipMethods.Invite);

        Assert.Null(server.Refusal(second));
        Assert.Equal(500, server.Refusal(first)!.Status);
        SipRequest third = client.Dialog.CreateRequest(SipMethods.Invite);
        SipResponse busy = server.Refusal(third)!;
        Assert.Equal((500, true), (busy.Status, busy.Headers.Contains("Retry-After")));
        server.Refuse(second);
        Assert.Null(server.Refusal(client.Dialog.CreateRequest(SipMethods.Invite)));
    }

    [Fact]
    public void A_refresh_with_too_small_an_interval_changes_nothing()
    {
        (SipSession client, SipSession server) = Establish();
        Instant end = server.NextDeadline;
        SipRequest update = client.CreateRefresh();
        update.Headers.Set("Session-Expires", "20");

        _now += TimeSpan.FromSeconds(100);
        Assert.Equal(422, server.Refusal(update)!.Status);

        Assert.Equal(end, server.NextDeadline);
        Assert.False(server.IsBusy);
    }

    [Fact]
    public void A_peer_that_does_not_answer_ends_the_session()
    {
        (SipSession client, _) = Establish();
        client.CreateRefresh();
        Assert.Equal(SessionTimerAction.End, client.Failed(timedOut: true, _now));
        Assert.False(client.IsBusy);
    }

    private (SipSession Client, SipSession Server) Establish(string? calleeAllows = null)
    {
        SipRequest invite = SipText.Request(SipText.Minimal("INVITE", "Contact: <sip:caller@192.0.2.7>\nContent-Length: 0\n\n"));
        var timer = new SessionTimer(Options);
        timer.Offer(invite);
        var ok = SipResponse.For(invite, 200, toTag: "tb");
        ok.Headers.Add("Contact", "<sip:callee@192.0.2.9>");
        if (calleeAllows is not null)
            ok.Headers.Add("Allow", calleeAllows);
        SipSession server = SipSession.Accept(invite, ok, Options, new FixedEntropy(0), _now);
        return (SipSession.Confirm(invite, ok, null, Options, timer, new FixedEntropy(0), _now), server);
    }

    private SipResponse Succeed(SipSession session, SipRequest request)
    {
        Assert.Null(session.Refusal(request));
        var ok = SipResponse.For(request, 200);
        session.Succeed(request, ok, _now);
        return ok;
    }
}
