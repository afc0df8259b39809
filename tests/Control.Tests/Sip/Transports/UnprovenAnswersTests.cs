using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Nobody is flooded through us: answers to who proved nothing never exceed what came from there.</summary>
public sealed class UnprovenAnswersTests
{
    private static readonly IPAddress Victim = IPAddress.Parse("192.0.2.7");

    private static Instant At(long milliseconds) => Instant.FromMilliseconds(milliseconds);

    [Fact]
    public void Answers_never_exceed_what_came_whatever_the_order() => Prop.ForAll<int[]>(steps =>
    {
        var answers = new UnprovenAnswers(1_000_000);
        long came = 0, went = 0, now = 0;
        foreach (int step in steps)
        {
            now += 7;
            int length = Math.Abs(step % 2000);
            if (step >= 0)
            {
                answers.Received(Victim, length, At(now));
                came += length;
            }
            else if (answers.TryTake(Victim, length, At(now)))
                went += length;
            if (went > came)
                return false;
        }
        return true;
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void An_answer_goes_out_when_as_much_came_and_not_one_octet_more()
    {
        var answers = new UnprovenAnswers(10_000);
        Assert.False(answers.TryTake(Victim, 1, At(0)));
        answers.Received(Victim, 500, At(0));
        Assert.False(answers.TryTake(Victim, 501, At(1)));
        Assert.True(answers.TryTake(Victim, 500, At(1)));
        Assert.False(answers.TryTake(Victim, 1, At(2)));
        Assert.False(answers.TryTake(IPAddress.Parse("192.0.2.8"), 1, At(2)));
    }

    [Fact]
    public void A_second_has_a_budget_and_the_next_one_a_new_one()
    {
        var answers = new UnprovenAnswers(1000);
        for (int i = 0; i < 10; i++)
        {
            answers.Received(Victim, 400, At(0));
            Assert.Equal(i < 2, answers.TryTake(Victim, 400, At(i)));
        }
        answers.Received(Victim, 400, At(1000));
        Assert.True(answers.TryTake(Victim, 400, At(1000)));
    }

    [Fact]
    public void One_network_of_IPv6_has_one_budget()
    {
        var answers = new UnprovenAnswers(1000);
        for (int i = 1; i <= 4; i++)
        {
            var address = IPAddress.Parse($"2001:db8::{i}");
            answers.Received(address, 400, At(0));
            Assert.Equal(i <= 2, answers.TryTake(address, 400, At(0)));
        }
        answers.Received(IPAddress.Parse("2001:db8:0:1::1"), 400, At(0));
        Assert.True(answers.TryTake(IPAddress.Parse("2001:db8:0:1::1"), 400, At(0)));
    }

    [Fact]
    public void Sources_are_bounded_and_the_silent_ones_forgotten()
    {
        var answers = new UnprovenAnswers(1000);
        for (int i = 0; i < 70_000; i++)
            answers.Received(new IPAddress(0x0100_000A + ((long)i << 8 & 0xFFFFFF00)), 100, At(0));
        Assert.False(answers.TryTake(Victim, 100, At(0)));
        answers.Received(Victim, 100, At(1));
        Assert.False(answers.TryTake(Victim, 100, At(1)));
        answers.Received(Victim, 100, At(33_000));
        Assert.True(answers.TryTake(Victim, 100, At(33_000)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stranger_gets_no_more_octets_than_it_sent_and_a_vouched_address_any_number(bool vouched)
    {
        await using StackPeer server = new(tcp: false, change: options => options with { UnprovenAnswers_bytesPerSecond = 100_000 });
        server.Handler = (peer, id, request, flow) =>
        {
            if (vouched)
                peer.Stack.Vouch(flow);
            SipResponse response = SipResponse.For(request, 200, toTag: "t");
            response.SetBody("text/plain", new byte[2000]);
            peer.Stack.Respond(id, response);
        };
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] request = SipText.Bytes(SipText.Minimal("MESSAGE", "\n"));
        await client.SendAsync(request, server.Stack.EndPoint(SipTransportKind.Udp));
        if (vouched)
        {
            Assert.True((await client.ReceiveAsync().WaitAsync(StackPeer.Patience)).Buffer.Length > 2000);
            return;
        }
        await SipTlsTests.WaitForAsync(server, SipCounter.UnprovenAnswerDropped, 1);
        Assert.Equal(0, server.Stack.Counters[SipCounter.DatagramsSent]);
    }

    [Fact]
    public async Task Small_requests_get_compact_answers_and_an_invite_without_ack_is_answered_once()
    {
        await using StackPeer server = new(tcp: false, change: options => options with
        {
            UnprovenAnswers_bytesPerSecond = 100_000,
            Transactions = new SipTransactionOptions { T1 = TimeSpan.FromMilliseconds(5) },
        });
        server.Handler = (peer, id, request, _) => peer.Stack.Respond(id, SipResponse.For(request, 480, toTag: "t"));
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] request = SipText.Bytes(SipText.Minimal("INVITE", "\n"));
        await client.SendAsync(request, server.Stack.EndPoint(SipTransportKind.Udp));
        byte[] answer = (await client.ReceiveAsync().WaitAsync(StackPeer.Patience)).Buffer;
        Assert.InRange(answer.Length, 1, request.Length);
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(answer, SipLimits.Default, out SipMessage? parsed));
        var response = Assert.IsAssignableFrom<SipResponse>(parsed);
        Assert.Equal((480, "c1@example.org", "t"), (response.Status, response.CallId, response.To!.Tag));
        // Timer G would repeat it a dozen times to whoever was written into the datagram.
        await SipTlsTests.WaitForAsync(server, SipCounter.UnprovenAnswerDropped, 5);
        Assert.Equal(1, server.Stack.Counters[SipCounter.DatagramsSent]);
    }

    [Theory]
    [InlineData("OPTIONS sip:x SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bKa;rport\nFrom: <sip:a@a>;tag=f\nTo: <sip:b@b>\nCall-ID: a\nCSeq: 1 OPTIONS\n\n")]
    [InlineData("OPTIONS sip:x SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bKa;rport\nf: <sip:a@a>;tag=f\nt: <sip:b@b>\ni: a\nCSeq: 1 OPTIONS\n\n")]
    [InlineData("OPTIONS sip:x SIP/9.0\nv: SIP/2.0/UDP a;branch=z9hG4bKa;rport\nf: <sip:a@a>;tag=f\nt: <sip:b@b>\ni: a\nCSeq: 1 OPTIONS\n\n")]
    public async Task The_ratio_is_at_most_one_for_the_smallest_requests_too(string text)
    {
        await using StackPeer server = new(tcp: false, change: options => options with { UnprovenAnswers_bytesPerSecond = 100_000 }) { Handler = StackPeer.AnswerOk };
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] request = SipText.Bytes(text);
        long sent = 0, received = 0;
        server.OnSent = (_, bytes) => Interlocked.Add(ref received, bytes.Length);
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync(request, server.Stack.EndPoint(SipTransportKind.Udp));
            sent += request.Length;
        }
        // An answer went out, or was kept back, for each.
        long until = Environment.TickCount64 + 10_000;
        while (server.Stack.Counters[SipCounter.UnprovenAnswerDropped] + server.Stack.Counters[SipCounter.DatagramsSent] < 20)
        {
            Assert.True(Environment.TickCount64 < until, "Not every request was looked at.");
            await Task.Yield();
        }
        Assert.InRange(Interlocked.Read(ref received), 1, sent);
    }
}
