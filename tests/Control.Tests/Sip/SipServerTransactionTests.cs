using System.Net;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 3261 17.2, 13.3.1.4, RFC 6026 7.1, RFC 4320 in virtual time.</summary>
public sealed class SipServerTransactionTests
{
    private const SipTransportKind Udp = SipTransportKind.Udp, Tcp = SipTransportKind.Tcp;

    private static SipRequest AckFor(TransactionBench bench, string branch) => SipText.Request(
        SipText.Minimal("ACK", "\n", branch, toTag: ((SipResponse)bench.Sent[^1].Message).To!.Tag!));

    private static SipRequest ByeOf(TransactionBench bench) => SipDialog.FromServer(
        bench.Requests[0].Request, bench.Sent.Select(item => item.Message).OfType<SipResponse>().First()).CreateRequest("BYE");

    /// <summary>Call-IDs of those that were sent, without repetitions.</summary>
    private static IEnumerable<string> Byes(TransactionBench bench) => bench.Sent.Select(item => item.Message).OfType<SipRequest>()
        .Where(request => request.Method == SipMethods.Bye).DistinctBy(request => request.TopVia!.Branch).Select(request => request.CallId);

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void An_invite_not_answered_in_200_ms_gets_100_and_one_answered_does_not(SipTransportKind transport)
    {
        var slow = new TransactionBench(transport);
        slow.ReceiveRequest("INVITE");
        slow.Advance(1000);
        Assert.Equal([200], slow.SentAt);
        Assert.Equal([100], slow.SentStatuses);
        Assert.Null(slow.Sent[0].Message.To!.Tag);
        var quick = new TransactionBench(transport);
        quick.Respond(quick.ReceiveRequest("INVITE"), 180);
        quick.Advance(1000);
        Assert.Equal([180], quick.SentStatuses);
    }

    [Fact]
    public void Timer_G_repeats_a_refusal_over_udp_and_timer_H_gives_up()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 486);
        bench.Advance(31_999);
        Assert.Equal([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], bench.SentAt);
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
        Assert.Empty(bench.Failures);
    }

    [Fact]
    public void Over_tcp_there_is_no_timer_G_but_timer_H()
    {
        var bench = new TransactionBench(Tcp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 486);
        bench.Advance(31_999);
        Assert.Equal([0], bench.SentAt);
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void Timer_I_absorbs_repeated_acks_for_T4_over_udp()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 486);
        bench.Receive(AckFor(bench, "z9hG4bKabc"));
        Assert.Equal(SipTransactionState.Confirmed, bench.Layer.StateOf(id));
        bench.Advance(4999);
        bench.ReceiveRequest("ACK");
        bench.ReceiveRequest("INVITE");
        Assert.Single(bench.Sent);
        Assert.Single(bench.Requests);
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void Timer_I_is_zero_over_tcp()
    {
        var bench = new TransactionBench(Tcp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 486);
        bench.Receive(AckFor(bench, "z9hG4bKabc"));
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void An_unacknowledged_2xx_is_repeated_until_timer_L_and_then_reported(SipTransportKind transport)
    {
        var bench = new TransactionBench(transport);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 200);
        bench.Advance(5000);
        Assert.Equal([0, 500, 1500, 3500], bench.SentAt);
        bench.ReceiveRequest("INVITE");
        Assert.Equal(4, bench.Sent.Count);
        bench.Advance(26_999);
        Assert.Equal(SipTransactionState.Accepted, bench.Layer.StateOf(id));
        Assert.Empty(bench.Failures);
        bench.Advance(1);
        Assert.Equal((32_000L, (object)id, SipFailure.NoAck), Assert.Single(bench.Failures));
        Assert.Equal(0, bench.Layer.Count);
    }

    [Theory]
    [InlineData(Udp, "z9hG4bKown-branch")]
    [InlineData(Tcp, "z9hG4bKown-branch")]
    [InlineData(Udp, "z9hG4bKabc")]
    public void An_ack_stops_the_2xx_and_reaches_the_user_once_while_timer_L_holds(SipTransportKind transport, string ackBranch)
    {
        var bench = new TransactionBench(transport);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 200);
        SipRequest ack = AckFor(bench, ackBranch);
        bench.Receive(ack);
        bench.Receive(ack);
        Assert.Equal(["INVITE", "ACK"], bench.Requests.Select(item => item.Request.Method));
        Assert.Equal(0, bench.Requests[1].Id.Value);
        bench.Advance(31_999);
        Assert.Equal(SipTransactionState.Accepted, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
        Assert.Single(bench.Sent);
        Assert.Empty(bench.Failures);
        bench.Receive(ack);
        Assert.Equal(1, bench.Layer.Counters[SipCounter.StrayAckDropped]);
        Assert.Equal(2, bench.Requests.Count);
    }

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void A_bye_of_the_callee_waits_for_the_ack(SipTransportKind transport)
    {
        var bench = new TransactionBench(transport);
        bench.Respond(bench.ReceiveRequest("INVITE"), 200);
        SipRequest ack = AckFor(bench, "z9hG4bKown-branch");
        SipRequest other = ByeOf(bench);
        other.Headers.Set("Call-ID", "another");
        bench.Send(other);
        bench.Send(ByeOf(bench));
        Assert.Equal(["another"], Byes(bench));

        bench.Receive(ack);
        Assert.Equal(["another", "c1@example.org"], Byes(bench));
        bench.Send(ByeOf(bench));
        Assert.Equal(3, Byes(bench).Count());
    }

    [Fact]
    public void A_bye_of_the_callee_leaves_when_the_ack_is_given_up()
    {
        var bench = new TransactionBench(Tcp);
        bench.Respond(bench.ReceiveRequest("INVITE"), 200);
        bench.Send(ByeOf(bench));
        bench.Advance(31_999);
        Assert.Empty(Byes(bench));
        bench.Advance(1);
        Assert.Single(Byes(bench));
        Assert.Equal(1, bench.Layer.Count);
    }

    [Fact]
    public void Timer_J_answers_repeats_of_a_non_invite_for_32_s_over_udp()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("MESSAGE");
        bench.ReceiveRequest("MESSAGE");
        Assert.Empty(bench.Sent);
        bench.Respond(id, 200);
        bench.ReceiveRequest("MESSAGE");
        Assert.Equal([200, 200], bench.SentStatuses);
        Assert.Equal(bench.Log[^2].Effect.Bytes.ToArray(), bench.Log[^1].Effect.Bytes.ToArray());
        Assert.Single(bench.Requests);
        bench.Advance(31_999);
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(id));
        bench.Advance(1);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void Timer_J_is_zero_over_tcp()
    {
        var bench = new TransactionBench(Tcp);
        SipTransactionId id = bench.ReceiveRequest("MESSAGE");
        bench.Respond(id, 200);
        Assert.Null(bench.Layer.StateOf(id));
        Assert.False(bench.Respond(id, 200));
        Assert.Equal(1, bench.Layer.Counters[SipCounter.LateResponseDropped]);
    }

    [Theory]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    public void A_non_invite_gets_100_only_when_timer_E_reached_T2_and_never_408(SipTransportKind transport)
    {
        var bench = new TransactionBench(transport);
        SipTransactionId id = bench.ReceiveRequest("MESSAGE");
        Assert.False(bench.Respond(id, 100));
        Assert.False(bench.Respond(id, 180));
        bench.Advance(10_000);
        Assert.Equal([3500], bench.SentAt);
        Assert.Equal([100], bench.SentStatuses);
        Assert.False(bench.Respond(id, 408));
        Assert.Single(bench.Sent);
        Assert.Null(bench.Layer.StateOf(id));
    }

    [Fact]
    public void A_non_invite_nobody_answers_is_let_go()
    {
        var bench = new TransactionBench(Udp);
        bench.ReceiveRequest("MESSAGE");
        bench.Advance(32_000);
        Assert.Equal(0, bench.Layer.Count);
    }

    [Fact]
    public void A_repeated_invite_gets_the_last_provisional_again()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 180);
        bench.Respond(id, 183);
        bench.ReceiveRequest("INVITE");
        Assert.Equal([180, 183, 183], bench.SentStatuses);
        bench.Respond(id, 486);
        bench.ReceiveRequest("INVITE");
        Assert.Equal([180, 183, 183, 486, 486], bench.SentStatuses);
        Assert.Single(bench.Requests);
    }

    [Fact]
    public void A_cancel_is_answered_and_handed_up_once_with_the_invites_transaction()
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.ReceiveRequest("CANCEL");
        bench.ReceiveRequest("CANCEL");
        Assert.Equal([200, 200], bench.SentStatuses);
        Assert.Equal("CANCEL", bench.Requests[1].Request.Method);
        Assert.Equal(id, bench.Requests[1].Id);
        Assert.Equal(2, bench.Requests.Count);
        bench.Respond(id, 487);
        Assert.Equal(487, bench.SentStatuses[^1]);
        Assert.Equal(bench.Sent[0].Message.To!.Tag, bench.Sent[^1].Message.To!.Tag);
    }

    [Fact]
    public void A_cancel_without_invite_is_answered_481_and_one_after_the_answer_changes_nothing()
    {
        var bench = new TransactionBench(Udp);
        bench.ReceiveRequest("CANCEL", "z9hG4bKnone");
        Assert.Equal([481], bench.SentStatuses);
        SipTransactionId id = bench.ReceiveRequest("INVITE");
        bench.Respond(id, 200);
        bench.ReceiveRequest("CANCEL");
        Assert.Equal([481, 200, 200], bench.SentStatuses);
        Assert.Single(bench.Requests);
    }

    [Theory]
    [InlineData(Udp, "192.0.2.8", 5071, 0)]
    [InlineData(Udp, "192.0.2.7", 5072, 0)]
    [InlineData(SipTransportKind.Tcp, "192.0.2.7", 5071, 2)]
    [InlineData(SipTransportKind.Tls, "192.0.2.7", 5071, 1)]
    public void A_cancel_from_elsewhere_than_its_invite_is_answered_481(SipTransportKind transport, string address, int port, long connection)
    {
        var bench = new TransactionBench(transport == SipTransportKind.Tls ? SipTransportKind.Tcp : transport);
        bench.ReceiveRequest("INVITE");
        SipRequest cancel = SipText.Request(SipText.Minimal("CANCEL", "\n"));
        var elsewhere = new SipFlow(transport, bench.Flow.Local, new IPEndPoint(IPAddress.Parse(address), port), connection);
        var effects = new SipEffects();
        bench.Layer.Receive(cancel, elsewhere, bench.Now, effects);
        Assert.Equal(1, effects.Count);
        Assert.Equal(SipEffectKind.Send, effects[0].Kind);
        Assert.StartsWith("SIP/2.0 481 ", System.Text.Encoding.ASCII.GetString(effects[0].Bytes.Span), StringComparison.Ordinal);
        Assert.Single(bench.Requests);
    }

    [Fact]
    public void What_is_answered_at_once_leaves_nothing_and_a_repetition_gets_the_same_tag()
    {
        var bench = new TransactionBench(Udp, new SipTransactionOptions
        {
            AnswerAtOnce = request => request.Method == SipMethods.Register ? SipResponse.For(request, 401) : null,
        });
        bench.ReceiveRequest("REGISTER");
        bench.ReceiveRequest("REGISTER");

        Assert.Equal([401, 401], bench.SentStatuses);
        Assert.NotEmpty(bench.Sent[0].Message.To!.Tag!);
        Assert.Equal(bench.Sent[0].Message.To!.Tag, bench.Sent[1].Message.To!.Tag);
        Assert.Empty(bench.Requests);
        Assert.Equal(0, bench.Layer.Count);
        Assert.Equal(2, bench.Layer.Counters[SipCounter.AnsweredAtOnce]);
        bench.ReceiveRequest("OPTIONS");
        Assert.Single(bench.Requests);
    }

    [Fact]
    public void A_merged_request_is_answered_482_but_not_within_a_dialog()
    {
        var bench = new TransactionBench(Udp);
        bench.ReceiveRequest("MESSAGE", "z9hG4bKone");
        bench.ReceiveRequest("MESSAGE", "z9hG4bKtwo");
        Assert.Equal([482], bench.SentStatuses);
        Assert.Single(bench.Requests);
        bench.ReceiveRequest("INFO", "z9hG4bKthree", toTag: "t");
        bench.ReceiveRequest("INFO", "z9hG4bKfour", toTag: "t");
        Assert.Equal(3, bench.Requests.Count);
    }

    [Theory]
    [InlineData("old-branch")]
    [InlineData("z9hG4bK")]
    public void Requests_without_a_proper_cookie_match_by_rfc_2543(string branch)
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId id = bench.ReceiveRequest("INVITE", branch);
        bench.ReceiveRequest("INVITE", branch);
        Assert.Single(bench.Requests);
        bench.ReceiveRequest("INVITE", branch, callId: "another");
        Assert.Equal(2, bench.Requests.Count);
        bench.Respond(id, 486);
        bench.Receive(AckFor(bench, branch));
        Assert.Equal(SipTransactionState.Confirmed, bench.Layer.StateOf(id));
    }

    [Fact]
    public void Responses_go_to_the_source_with_rport_and_to_the_sent_by_port_without()
    {
        var bench = new TransactionBench(Udp);
        bench.Respond(bench.ReceiveRequest("MESSAGE"), 200);
        Assert.Equal(TransactionBench.Peer, bench.Log[^1].Effect.Destination!.Remote);
        SipVia via = bench.Sent[^1].Message.TopVia!;
        Assert.Equal((5071, "192.0.2.7"), (via.RPort, via.Received));
        bench.Receive(SipText.Request(SipText.Minimal("MESSAGE", "\n", "z9hG4bKplain", "c2")
            .Replace("192.0.2.7:5071", "victim.example.net:5099", StringComparison.Ordinal).Replace(";rport", ";received=198.51.100.1", StringComparison.Ordinal)));
        bench.Respond(bench.Requests[^1].Id, 200);
        Assert.Equal(new IPEndPoint(TransactionBench.Peer.Address, 5099), bench.Log[^1].Effect.Destination!.Remote);
        Assert.Equal("192.0.2.7", bench.Sent[^1].Message.TopVia!.Received);
    }

    [Fact]
    public void Stray_acks_are_counted_and_dropped()
    {
        var bench = new TransactionBench(Udp);
        bench.ReceiveRequest("ACK", toTag: "x");
        Assert.Empty(bench.Log);
        Assert.Equal(1, bench.Layer.Counters[SipCounter.StrayAckDropped]);
    }

    [Fact]
    public void Faulty_requests_are_answered_without_state()
    {
        var bench = new TransactionBench(Udp);
        SipText.Parse(SipText.Minimal("MESSAGE", "Content-Length: -1\n\n"), out SipMessage? message);
        var effects = new SipEffects();
        bench.Layer.Reject((SipRequest)message!, 400, bench.Flow, bench.Now, effects);
        Assert.Equal(1, effects.Count);
        Assert.Equal(0, bench.Layer.Count);
        Assert.True(bench.Layer.NextDeadline.IsNever);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    public void A_challenge_leaves_no_state_and_is_made_again_with_the_same_tag(int status)
    {
        var bench = new TransactionBench(Udp);
        SipTransactionId first = bench.ReceiveRequest("REGISTER");
        bench.Respond(first, status);
        Assert.Equal(0, bench.Layer.Count);
        SipTransactionId second = bench.ReceiveRequest("REGISTER");
        bench.Respond(second, status);
        Assert.Equal(2, bench.Requests.Count);
        string[] tags = [.. bench.Sent.Select(sent => sent.Message.To!.Tag!)];
        Assert.Equal(16, tags[0].Length);
        Assert.Equal(tags[0], tags[1]);
    }

    [Fact]
    public void Answered_requests_take_no_room_of_those_that_wait()
    {
        var bench = new TransactionBench(Udp, new SipTransactionOptions { MaxTransactions = 1 });
        SipTransactionId answered = bench.ReceiveRequest("OPTIONS", "z9hG4bK1", callId: "c1");
        bench.Respond(answered, 200);
        SipTransactionId waiting = bench.ReceiveRequest("OPTIONS", "z9hG4bK2", callId: "c2");
        Assert.Equal(SipTransactionState.Completed, bench.Layer.StateOf(answered));
        Assert.Equal(SipTransactionState.Trying, bench.Layer.StateOf(waiting));
        Assert.Equal(default, bench.ReceiveRequest("OPTIONS", "z9hG4bK3", callId: "c3"));
    }

    [Fact]
    public void Answers_take_no_more_octets_than_they_may_and_none_of_the_last_seconds_is_lost()
    {
        const int chunk = 65_536;
        var bench = new TransactionBench(Udp, new SipTransactionOptions { MaxAnswers_bytes = chunk - 1 });
        SipTransactionId first = bench.ReceiveRequest("OPTIONS", "z9hG4bK1", callId: "c1");
        bench.Respond(first, 200);
        Assert.Equal(default, bench.ReceiveRequest("OPTIONS", "z9hG4bK2", callId: "c2"));
        Assert.Equal(503, bench.SentStatuses[^1]);
        bench.ReceiveRequest("OPTIONS", "z9hG4bK1", callId: "c1");
        Assert.Equal(200, bench.SentStatuses[^1]);
        bench.Advance(5000);
        Assert.NotEqual(default, bench.ReceiveRequest("OPTIONS", "z9hG4bK2", callId: "c2"));
        Assert.Null(bench.Layer.StateOf(first));
        Assert.Equal(1, bench.Layer.Counters[SipCounter.AnsweredForgotten]);
    }

    [Fact]
    public void A_full_table_never_forgets_what_is_not_answered()
    {
        var bench = new TransactionBench(Udp, new SipTransactionOptions { MaxTransactions = 1 });
        SipTransactionId waiting = bench.ReceiveRequest("OPTIONS", "z9hG4bK1", callId: "c1");
        bench.Advance(20_000);
        bench.ReceiveRequest("OPTIONS", "z9hG4bK2", callId: "c2");
        Assert.Equal(503, bench.SentStatuses[^1]);
        Assert.Equal(SipTransactionState.Proceeding, bench.Layer.StateOf(waiting));
    }
}
