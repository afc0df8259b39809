using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Examples from the RFCs that define the headers, and what is not of their grammar.</summary>
public sealed class SipTypedHeaderTests
{
    [Theory]
    [InlineData("4000;refresher=uac", 4000, SipRefresher.Uac, "4000;refresher=uac")]
    [InlineData("1800 ; Refresher = UAS ; x", 1800, SipRefresher.Uas, "1800;refresher=uas")]
    [InlineData("90", 90, SipRefresher.None, "90")]
    public void Session_intervals_are_read(string text, uint interval_s, SipRefresher refresher, string written)
    {
        Assert.True(SipSessionExpires.TryParse(text, out SipSessionExpires value));
        Assert.Equal(new SipSessionExpires(interval_s, refresher), value);
        Assert.Equal(written, value.ToString());
        Assert.True(SipMinSE.TryParse(text, out SipMinSE smallest));
        Assert.Equal($"{interval_s}", smallest.ToString());
    }

    [Theory]
    [InlineData("1 1 INVITE", 1, 1, "INVITE")]
    [InlineData("776656\t 1   INVITE", 776656, 1, "INVITE")]
    public void Acknowledged_responses_are_read(string text, uint rseq, uint cseq, string method)
    {
        Assert.True(SipRAck.TryParse(text, out SipRAck? value));
        Assert.Equal(new SipRAck(rseq, cseq, method), value);
        Assert.Equal($"{rseq} {cseq} {method}", value.ToString());
        Assert.True(SipRSeq.TryParse($" {rseq} ", out SipRSeq number));
        Assert.Equal($"{rseq}", number.ToString());
    }

    [Theory]
    [InlineData("presence", "presence", null)]
    [InlineData("conference ; id=a1", "conference", "a1")]
    [InlineData("xcap-diff;diff-processing=aggregate", "xcap-diff", null)]
    [InlineData("presence.winfo", "presence.winfo", null)]
    public void Events_are_read(string text, string package, string? id)
    {
        Assert.True(SipEvent.TryParse(text, out SipEvent? value));
        Assert.Equal(new SipEvent(package, id), value);
        Assert.True(SipEvent.TryParse(value.ToString(), out SipEvent? again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("active;expires=600", "active", 600u, null, null)]
    [InlineData("Terminated; reason=NoResource", "terminated", null, "noresource", null)]
    [InlineData("terminated;reason=probation;retry-after=30;x=y", "terminated", null, "probation", 30u)]
    public void Subscription_states_are_read(string text, string state, uint? expires_s, string? reason, uint? retryAfter_s)
    {
        Assert.True(SipSubscriptionState.TryParse(text, out SipSubscriptionState? value));
        Assert.Equal(new SipSubscriptionState(state, expires_s, reason, retryAfter_s), value);
        Assert.Equal(state == "terminated", value.IsTerminated);
        Assert.True(SipSubscriptionState.TryParse(value.ToString(), out SipSubscriptionState? again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("SIP ;cause=200 ;text=\"Call completed elsewhere\"", "SIP", 200u, "Call completed elsewhere")]
    [InlineData("Q.850;cause=16;text=\"a \\\"b\\\"\"", "Q.850", 16u, "a \"b\"")]
    [InlineData("preemption", "preemption", null, null)]
    public void Reasons_are_read(string text, string protocol, uint? cause, string? words)
    {
        Assert.True(SipReason.TryParse(text, out SipReason? value));
        Assert.Equal(new SipReason(protocol, cause, words), value);
        Assert.True(SipReason.TryParse(value.ToString(), out SipReason? again));
        Assert.Equal(value, again);
    }

    [Fact]
    public void Priorities_are_read_from_their_list()
    {
        SipHeaders headers = new SipHeaders().Add("Resource-Priority", "MCPTTP.7, dsn.flash-override").Add("Resource-Priority", "q735.3");
        Assert.Equal([new("mcpttp", "7"), new("dsn", "flash-override"), new("q735", "3")],
            headers.GetAll("Resource-Priority").Select(text => SipResourcePriority.TryParse(text, out SipResourcePriority? value) ? value : null));
    }

    [Theory]
    [InlineData("18000;duration=3600", 18000, 3600u)]
    [InlineData("120 (I'm in a meeting)", 120, null)]
    [InlineData("5 (a (nested \\) ) one);duration=1", 5, 1u)]
    public void Retry_delays_are_read(string text, uint delay_s, uint? duration_s)
    {
        Assert.True(SipRetryAfter.TryParse(text, out SipRetryAfter value));
        Assert.Equal(new SipRetryAfter(delay_s, duration_s), value);
        Assert.True(SipRetryAfter.TryParse(value.ToString(), out SipRetryAfter again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("1;a=\"")]
    [InlineData("a b")]
    [InlineData("(")]
    [InlineData("5 (open")]
    [InlineData("1\r\n2")]
    public void What_is_of_no_grammar_is_refused(string? text)
    {
        Assert.False(SipSessionExpires.TryParse(text, out _));
        Assert.False(SipMinSE.TryParse(text, out _));
        Assert.False(SipRSeq.TryParse(text, out _));
        Assert.False(SipRAck.TryParse(text, out _));
        Assert.False(SipResourcePriority.TryParse(text, out _));
        Assert.False(SipRetryAfter.TryParse(text, out _));
    }

    [Fact]
    public void What_breaks_a_rule_of_its_own_is_refused()
    {
        Assert.False(SipSessionExpires.TryParse("90;refresher=proxy", out _));
        Assert.False(SipRSeq.TryParse("0", out _));
        Assert.False(SipRAck.TryParse("0 1 INVITE", out _));
        Assert.False(SipRAck.TryParse("1 2147483648 INVITE", out _));
        Assert.False(SipEvent.TryParse("two words", out _));
        Assert.False(SipEvent.TryParse("presence;id=\"q\"", out _));
        Assert.False(SipSubscriptionState.TryParse("active;expires=x", out _));
        Assert.False(SipSubscriptionState.TryParse("", out _));
        Assert.False(SipReason.TryParse("SIP;cause=x", out _));
        Assert.False(SipReason.TryParse("", out _));
        Assert.False(SipResourcePriority.TryParse("a.b.c", out _));
        Assert.False(SipRetryAfter.TryParse("1;duration=x", out _));
    }
}
