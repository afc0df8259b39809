using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 3261 17.1, RFC 6026 7.2, 8.4 in virtual time.</summary>
public sealed class SipClientTransactionTests
{
    private const SipTransportKind Udp = SipTransportKind.Udp, Tcp = SipTransportKind.Tcp;

    [Fact]
    public void Timer_A_doubles_and_timer_B_ends_an_invite_over_udp()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.Send("INVITE");
        bench.Advance(31_999);
        Assert.Equal([0, 500, 1500, 3500, 7500, 15500, 31500], bench.SentAt);
        Assert.Equal(SipTransactionState.Calling, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Equal((32_000L, (object)TransactionBench.Token, SipFailure.Timeout), Assert.Single(bench.Failures));
        Assert.Equal(0, bench.Layer.Count);
        Assert.True(bench.Layer.NextDeadline.IsNever);
    }

    [Fact]
    public void Over_tcp_there_is_no_timer_A_but_timer_B()
    {
        var bench = new TransactionBench(Tcp);
        bench.Send("INVITE");
        bench.Advance(40_000);
        Assert.Equal([0], bench.SentAt);
        Assert.Equal(32_000, Assert.Single(bench.Failures).At_ms);
    }

    [Fact]
    public void A_provisional_response_stops_timers_A_and_B()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.Send("INVITE");
        bench.Answer(180);
        bench.Advance(100_000);
        Assert.Equal([0], bench.SentAt);
        Assert.Empty(bench.Failures);
        Assert.Equal(SipTransactionState.Proceeding, bench.Layer.StateOf(id));
    }

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void Timer_C_cancels_an_invite_that_only_rings_and_is_put_off_by_provisionals(SipTransportKind transport)
    {
        var bench = new TransactionBench(transport);
        bench.Send("INVITE");
        bench.Answer(180);
        bench.Advance(100_000);
        bench.Answer(183);
        bench.Advance(184_999);
        Assert.DoesNotContain(bench.Sent, item => item.Message is SipRequest { Method: "CANCEL" });
        bench.Advance(1);
        Assert.Equal("CANCEL", bench.LastSentRequest.Method);
        bench.Answer(200, "CANCEL");
        bench.Advance(31_999);
        Assert.Empty(bench.Failures);
        bench.Advance(1);
        Assert.Equal(SipFailure.Timeout, Assert.Single(bench.Failures).Failure);
    }

    [Fact]
    public void Timer_D_keeps_a_refused_invite_for_32_s_over_udp_and_acknowledges_every_repeat()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.Send("INVITE", "Route: <sip:p;lr>\n");
        var invite = (SipRequest)bench.Sent[0].Message;
        bench.Answer(486);
        SipRequest ack = bench.LastSentRequest;
        Assert.Equal(("ACK", invite.RequestUri, invite.TopVia!.ToString()), (ack.Method, ack.RequestUri, ack.TopVia!.ToString()));
        Assert.Equal(("tb", "<sip:p;lr>", (1u, "ACK")), (ack.To!.Tag, ack.Headers.Get("Route"), ack.CSeq));
        bench.Advance(1000);
        bench.Answer(486);
        Assert.Equal(3, bench.Sent.Count);
        Assert.Equal([486], bench.Delivered);
        bench.Advance(30_999);
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void Timer_D_is_zero_over_tcp()
    {
        var bench = new TransactionBench(Tcp);
        SipTransactionId id = bench.Send("INVITE");
        bench.Answer(486);
        Assert.Equal("ACK", bench.LastSentRequest.Method);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void Timer_M_holds_Accepted_and_every_2xx_goes_up(SipTransportKind transport)
    {
        var bench = new TransactionBench(transport);
        SipTransactionId id = bench.Send("INVITE");
        bench.Answer(200);
        bench.Advance(500);
        bench.Answer(200);
        bench.Answer(200, tag: "fork");
        bench.Answer(486);
        Assert.Equal([200, 200, 200], bench.Delivered);
        Assert.Single(bench.Sent);
        bench.Advance(31_499);
        Assert.Equal(SipTransactionState.Accepted, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
        bench.Answer(200);
        Assert.Equal(2, bench.Layer.Counters[SipCounter.StrayResponseDropped]);
        Assert.Equal(3, bench.Delivered.Length);
    }

    [Fact]
    public void Timer_E_doubles_to_T2_and_timer_F_ends_a_non_invite_over_udp()
    {
        var bench = new TransactionBench(Udp);
        bench.Send("MESSAGE");
        bench.Advance(32_000);
        Assert.Equal([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], bench.SentAt);
        Assert.Equal((32_000L, (object)TransactionBench.Token, SipFailure.Timeout), Assert.Single(bench.Failures));
    }

    [Fact]
    public void Timer_E_is_T2_after_a_provisional()
    {
        var bench = new TransactionBench(Udp);
        bench.Send("MESSAGE");
        bench.Answer(100);
        bench.Advance(9000);
        Assert.Equal([0, 500, 4500, 8500], bench.SentAt);
        bench.Advance(23_000);
        Assert.Equal(32_000, Assert.Single(bench.Failures).At_ms);
    }

    [Fact]
    public void Over_tcp_there_is_no_timer_E_but_timer_F()
    {
        var bench = new TransactionBench(Tcp);
        bench.Send("MESSAGE");
        bench.Advance(32_000);
        Assert.Equal([0], bench.SentAt);
        Assert.Equal(32_000, Assert.Single(bench.Failures).At_ms);
    }

    [Fact]
    public void Timer_K_absorbs_repeated_responses_for_T4_over_udp()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.Send("MESSAGE");
        bench.Answer(200);
        bench.Answer(200);
        Assert.Equal([200], bench.Delivered);
        bench.Advance(4999);
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void Timer_K_is_zero_over_tcp()
    {
        var bench = new TransactionBench(Tcp);
        SipTransactionId id = bench.Send("MESSAGE");
        bench.Answer(403);
        Assert.Equal([403], bench.Delivered);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void A_cancel_before_any_provisional_waits_for_one()
    {
        var bench = new TransactionBench(Udp);
        bench.Send("INVITE");
        bench.Cancel();
        Assert.Single(bench.Sent);
        bench.Answer(100);
        SipRequest cancel = bench.LastSentRequest;
        var invite = (SipRequest)bench.Sent[0].Message;
        Assert.Equal(("CANCEL", invite.TopVia!.Branch, (1u, "CANCEL")), (cancel.Method, cancel.TopVia!.Branch, cancel.CSeq));
        Assert.Single(cancel.Headers.GetAll("Via"));
        bench.Answer(200, "CANCEL");
        bench.Answer(487, "INVITE");
        Assert.Equal([100, 487], bench.Delivered);
        Assert.Equal("ACK", bench.LastSentRequest.Method);
    }

    [Fact]
    public void A_cancel_that_crosses_the_200_lets_the_200_through()
    {
        var bench = new TransactionBench(Udp);
        bench.Send("INVITE");
        bench.Answer(180);
        bench.Cancel();
        bench.Answer(200, "INVITE");
        bench.Cancel();
        Assert.Equal([180, 200], bench.Delivered);
        Assert.Single(bench.Sent, item => item.Message is SipRequest { Method: "CANCEL" });
    }

    [Fact]
    public void A_large_request_for_udp_goes_over_tcp_and_back_to_udp_when_refused()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.Send("MESSAGE", $"X: {new string('x', 1300)}\n");
        Assert.Equal(SipTransportKind.Tcp, bench.Log[^1].Effect.Destination!.Transport);
        Assert.Equal("TCP", bench.LastSentRequest.TopVia!.Transport);
        bench.FailTransport(id);
        Assert.Empty(bench.Failures);
        Assert.Equal(SipTransportKind.Udp, bench.Log[^1].Effect.Destination!.Transport);
        Assert.Equal("UDP", bench.LastSentRequest.TopVia!.Transport);
        bench.Advance(500);
        Assert.Equal(3, bench.Sent.Count);
        bench.FailTransport(id);
        Assert.Equal(SipFailure.TransportError, Assert.Single(bench.Failures).Failure);
        Assert.Equal(0, bench.Layer.Count);
    }

    [Fact]
    public void Strays_and_responses_with_two_vias_are_counted_and_dropped()
    {
        var bench = new TransactionBench(Udp);
        bench.Send("MESSAGE");
        var request = (SipRequest)bench.Sent[0].Message;
        SipResponse twoVias = SipResponse.For(request, 200, toTag: "x");
        twoVias.Headers.Add("Via", "SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKother");
        bench.Receive(twoVias);
        bench.Receive(SipText.Response("SIP/2.0 200 OK\nVia: SIP/2.0/UDP a;branch=z9hG4bKnope\nFrom: <sip:a@b>\nTo: <sip:c@d>\nCall-ID: x\nCSeq: 1 MESSAGE\n\n"));
        Assert.Empty(bench.Delivered);
        Assert.Equal(2, bench.Layer.Counters[SipCounter.StrayResponseDropped]);
    }

    [Fact]
    public void A_full_table_refuses_new_requests_at_once()
    {
        var bench = new TransactionBench(Udp, new SipTransactionOptions { MaxTransactions = 1 });
        bench.Send("MESSAGE");
        bench.Send("MESSAGE");
        Assert.Equal(SipFailure.Overloaded, Assert.Single(bench.Failures).Failure);
        bench.ReceiveRequest("OPTIONS");
        Assert.Empty(bench.Requests);
        Assert.Equal([503], bench.SentStatuses);
        Assert.Equal(1, bench.Layer.Count);
    }

    [Fact]
    public void The_callers_request_is_left_as_it_was()
    {
        var bench = new TransactionBench(Udp);
        SipRequest request = SipText.Request(SipText.Minimal("MESSAGE", "\n"));
        request.Headers.Remove("Via");
        string before = request.ToString();
        bench.Layer.SendRequest("t", request, new SipDestination(Udp, TransactionBench.Peer), bench.Now, new SipEffects());
        Assert.Equal(before, request.ToString());
    }
}
