using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 4028 in virtual time.</summary>
public sealed class SessionTimerTests
{
    private static readonly Instant Start = Instant.FromMilliseconds(5_000);
    private static readonly SessionTimerOptions Options = new();

    [Theory]
    [InlineData("Supported: timer\nSession-Expires: 89", true)]
    [InlineData("Supported: replaces, Timer\nx: 89;refresher=uas", true)]
    [InlineData("Require: timer\nSession-Expires: 1", true)]
    [InlineData("Supported: timer\nSession-Expires: 90", false)]
    [InlineData("Supported: timer", false)]
    [InlineData("Session-Expires: 30", false)] // it would not know what 422 means
    public void A_small_interval_is_refused_to_whom_it_can_be_told(string headers, bool refused)
    {
        foreach (string method in (string[])["INVITE", "UPDATE"])
        {
            SipResponse? refusal = SessionTimer.Refusal(Request(headers, method), Options);

            Assert.Equal(refused ? 422 : null, refusal?.Status);
            Assert.Equal(refused ? "90" : null, refusal?.Headers.Get("Min-SE"));
        }
        Assert.Null(SessionTimer.Refusal(Request(headers, "OPTIONS"), Options));
    }

    // RFC 4028 table 2, and the rules for the value of section 9.
    [Theory]
    [InlineData("", "1800;refresher=uas", false)]
    [InlineData("Session-Expires: 600", "600;refresher=uas", false)]
    [InlineData("Session-Expires: 30", "90;refresher=uas", false)]
    [InlineData("Supported: timer", "1800;refresher=uac", true)]
    [InlineData("Supported: timer\nSession-Expires: 600", "600;refresher=uac", true)]
    [InlineData("Supported: timer\nSession-Expires: 7200", "1800;refresher=uac", true)]
    [InlineData("Supported: timer\nSession-Expires: 600;refresher=uac", "600;refresher=uac", true)]
    [InlineData("Supported: timer\nSession-Expires: 600;refresher=uas", "600;refresher=uas", true)]
    [InlineData("Supported: timer\nSession-Expires: 7200\nMin-SE: 3600", "3600;refresher=uac", true)]
    [InlineData("Supported: timer\nMin-SE: 4294967295", "86400;refresher=uac", true)]
    [InlineData("Supported: timer\nSession-Expires: never", "1800;refresher=uac", true)]
    public void The_2xx_says_how_long_and_who_refreshes(string headers, string expected, bool peerTakesPart)
    {
        SipRequest request = Request(headers);
        var ok = SipResponse.For(request, 200, toTag: "tb");
        var timer = new SessionTimer(Options);

        timer.Accept(request, ok, Start);

        Assert.Equal(expected, ok.Headers.Get("Session-Expires"));
        Assert.Equal("timer", ok.Headers.Get("Supported"));
        Assert.Equal(expected.EndsWith("uac", StringComparison.Ordinal) ? "timer" : null, ok.Headers.Get("Require"));
        Assert.Equal(peerTakesPart, timer.PeerTakesPart);
        Assert.Equal(expected.EndsWith("uas", StringComparison.Ordinal), timer.WeRefresh);
    }

    [Theory]
    [InlineData("", "1800;refresher=uas")]
    [InlineData("Supported: timer", "1800;refresher=uas")]
    [InlineData("Supported: timer\nSession-Expires: 600", "600;refresher=uas")]
    [InlineData("Supported: timer\nSession-Expires: 600;refresher=uac", "600;refresher=uac")]
    public void A_client_that_is_called_refreshes_unless_the_caller_does(string headers, string expected)
    {
        SipRequest request = Request(headers);
        var ok = SipResponse.For(request, 200, toTag: "tb");

        new SessionTimer(Options with { RefreshesWhenCalled = true }).Accept(request, ok, Start);

        Assert.Equal(expected, ok.Headers.Get("Session-Expires"));
    }

    [Fact]
    public void An_offer_names_no_refresher_and_one_within_the_session_keeps_it()
    {
        var timer = new SessionTimer(Options);
        SipRequest invite = Request("Supported: 100rel");

        timer.Offer(invite);
        Assert.Equal(["100rel", "timer"], invite.Headers.GetAll("Supported"));
        Assert.Equal(("1800", "90"), (invite.Headers.Get("Session-Expires"), invite.Headers.Get("Min-SE")));

        timer.Agree(Response("Session-Expires: 1800;refresher=uas"), Start);
        timer.Offer(invite);
        Assert.Equal("1800;refresher=uas", invite.Headers.Get("Session-Expires"));
        timer.Agree(Response("Session-Expires: 1800;refresher=uac"), Start);
        timer.Offer(invite);
        Assert.Equal("1800;refresher=uac", invite.Headers.Get("Session-Expires"));
    }

    [Theory]
    [InlineData("", 1800, true, false)]
    [InlineData("Session-Expires: 1800;refresher=uac", 1800, true, true)]
    [InlineData("Session-Expires: 600;refresher=uas", 600, false, true)]
    [InlineData("Session-Expires: 600", 600, true, true)]
    [InlineData("Session-Expires: 7200;refresher=uas", 1800, false, true)]
    [InlineData("Session-Expires: 3;refresher=uac", 90, true, true)]
    public void What_the_2xx_says_is_taken_within_bounds(string headers, uint interval_s, bool weRefresh, bool peerTakesPart)
    {
        var timer = new SessionTimer(Options);

        timer.Agree(Response(headers), Start);

        Assert.Equal((interval_s, weRefresh, peerTakesPart), (timer.Interval_s, timer.WeRefresh, timer.PeerTakesPart));
    }

    [Fact]
    public void Who_refreshes_does_so_at_half_the_interval_and_gives_up_at_its_end()
    {
        SessionTimer timer = Agreed("Session-Expires: 600;refresher=uac");

        Assert.Equal(SessionTimerAction.None, timer.Expire(At(299.999)));
        Assert.Equal(At(300), timer.NextDeadline);
        Assert.Equal(SessionTimerAction.Refresh, timer.Expire(At(300)));
        Assert.Equal(SessionTimerAction.None, timer.Expire(At(599)));
        Assert.Equal(SessionTimerAction.End, timer.Expire(At(600)));
        Assert.Equal(Instant.Never, timer.NextDeadline);
    }

    [Theory]
    [InlineData(1800, 1768)]
    [InlineData(96, 64)]
    [InlineData(90, 60)]
    public void Who_does_not_refresh_ends_the_session_a_little_early(uint interval_s, double end_s)
    {
        SessionTimer timer = Agreed($"Session-Expires: {interval_s};refresher=uas");

        Assert.Equal(At(end_s), timer.NextDeadline);
        Assert.Equal(SessionTimerAction.None, timer.Expire(At(end_s - 0.001)));
        Assert.Equal(SessionTimerAction.End, timer.Expire(At(end_s)));
    }

    [Fact]
    public void A_refresh_by_the_peer_begins_a_new_interval()
    {
        SessionTimer timer = Agreed("Session-Expires: 600;refresher=uas");
        SipRequest update = Request("Supported: timer\nSession-Expires: 600;refresher=uac", "UPDATE");

        timer.Accept(update, SipResponse.For(update, 200), At(300));

        Assert.Equal(At(300 + 600 - 32), timer.NextDeadline);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(481)]
    public void A_refresh_answered_that_there_is_no_dialog_ends_it(int status)
    {
        SessionTimer timer = Refreshing();

        Assert.Equal(SessionTimerAction.End, timer.RefreshAnswered(Response("", status), At(301)));
        Assert.Equal(Instant.Never, timer.NextDeadline);
    }

    [Fact]
    public void A_refresh_that_times_out_ends_it()
    {
        Assert.Equal(SessionTimerAction.End, Refreshing().RefreshFailed(timedOut: true, At(332)));
    }

    [Theory]
    [InlineData(500, "", 450)]
    [InlineData(503, "Retry-After: 60", 360)]
    [InlineData(503, "Retry-After: 0", 310)]
    [InlineData(488, "", 450)]
    public void Other_refusals_are_tried_again_and_do_not_shorten_the_session(int status, string headers, double next_s)
    {
        SessionTimer timer = Refreshing();

        Assert.Equal(SessionTimerAction.None, timer.RefreshAnswered(Response(headers, status), At(300)));

        Assert.Equal(At(next_s), timer.NextDeadline);
        Assert.Equal(SessionTimerAction.Refresh, timer.Expire(At(next_s)));
        timer.RefreshAnswered(Response("Retry-After: 4294967295", 503), At(next_s));
        Assert.Equal(SessionTimerAction.End, timer.Expire(At(600)));
    }

    [Fact]
    public void What_could_not_be_sent_is_tried_again_until_the_end()
    {
        SessionTimer timer = Refreshing();

        Assert.Equal(SessionTimerAction.None, timer.RefreshFailed(timedOut: false, At(300)));

        Assert.Equal(At(450), timer.NextDeadline);
        Assert.Equal(SessionTimerAction.End, timer.Expire(At(600)));
    }

    [Fact]
    public void A_422_to_a_refresh_is_followed_at_once_by_a_longer_one()
    {
        SessionTimer timer = Refreshing();

        Assert.Equal(SessionTimerAction.Refresh, timer.RefreshAnswered(Response("Min-SE: 3600", 422), At(301)));

        SipRequest again = Request("", "UPDATE");
        timer.Offer(again);
        Assert.Equal(("3600;refresher=uac", "3600"), (again.Headers.Get("Session-Expires"), again.Headers.Get("Min-SE")));
        timer.RefreshAnswered(Response("Session-Expires: 3600;refresher=uac"), At(302));
        Assert.Equal(At(302 + 1800), timer.NextDeadline);
    }

    [Theory]
    [InlineData("Min-SE: 1800", 422, false)]
    [InlineData("Min-SE: 86401", 422, false)]
    [InlineData("Min-SE: 1801", 422, true)]
    [InlineData("", 422, false)]
    [InlineData("Min-SE: 1801", 488, false)]
    public void Only_a_422_that_asks_for_more_is_a_reason_to_try_again(string headers, int status, bool again) =>
        Assert.Equal(again, new SessionTimer(Options).TryRaise(Response(headers, status)));

    [Fact]
    public void A_peer_that_asks_for_more_each_time_is_not_followed_for_ever()
    {
        var timer = new SessionTimer(Options);

        Assert.Equal(4, Enumerable.Range(1801, 100).TakeWhile(least_s => timer.TryRaise(Response($"Min-SE: {least_s}", 422))).Count());
    }

    [Fact]
    public void Any_answer_of_a_peer_without_timers_shows_that_it_is_there()
    {
        SessionTimer timer = Agreed("");
        Assert.Equal(SessionTimerAction.Refresh, timer.Expire(At(900)));

        Assert.Equal(SessionTimerAction.None, timer.RefreshAnswered(Response("", 488), At(901)));
        Assert.Equal(At(901 + 900), timer.NextDeadline);
        timer.Expire(At(1801));
        Assert.Equal(SessionTimerAction.End, timer.RefreshAnswered(Response("", 481), At(1802)));
    }

    [Fact]
    public void A_deadline_that_was_slept_through_ends_the_session()
    {
        Assert.Equal(SessionTimerAction.End, Agreed("").Expire(At(4000)));
    }

    private static SessionTimer Agreed(string headers)
    {
        var timer = new SessionTimer(Options);
        timer.Agree(Response(headers), Start);
        return timer;
    }

    private static SessionTimer Refreshing()
    {
        SessionTimer timer = Agreed("Session-Expires: 600;refresher=uac");
        Assert.Equal(SessionTimerAction.Refresh, timer.Expire(At(300)));
        return timer;
    }

    private static Instant At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static SipRequest Request(string headers, string method = "INVITE") =>
        SipText.Request(SipText.Minimal(method, headers + (headers.Length > 0 ? "\n" : "") + "Content-Length: 0\n\n"));

    private static SipResponse Response(string headers, int status = 200)
    {
        var response = SipResponse.For(Request(""), status, toTag: "tb");
        foreach (string line in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            response.Headers.Add(line.Split(": ")[0], line.Split(": ")[1]);
        return response;
    }
}
