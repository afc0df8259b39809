using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Two stacks, or a stack and a bare socket, over loopback.</summary>
public sealed class SipStackTests
{
    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task A_request_is_answered(SipTransportKind transport)
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk }, client = new();
        object token = new();
        Assert.True(client.Stack.SendRequest(token, client.NewRequest("MESSAGE", "hello"), server.Destination(transport)));
        var (_, request, flow) = await server.RequestAsync();
        Assert.Equal("hello", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(transport, flow.Transport);
        SipResponse response = await client.FinalAsync(token);
        Assert.Equal(200, response.Status);
        Assert.Equal("127.0.0.1", response.TopVia!.Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_request_takes_tcp_where_the_peer_has_it_and_udp_else(bool peerHasTcp)
    {
        await using StackPeer server = new(tcp: peerHasTcp) { Handler = StackPeer.AnswerOk }, client = new();
        object token = new();
        client.Stack.SendRequest(token, client.NewRequest("MESSAGE", new string('x', 2000)), server.Destination(SipTransportKind.Udp));
        SipTransportKind used = (await server.RequestAsync()).Flow.Transport;
        Assert.Equal(peerHasTcp ? SipTransportKind.Tcp : SipTransportKind.Udp, used);
        Assert.Equal(200, (await client.FinalAsync(token)).Status);
        Assert.Equal(1, client.Stack.Counters[SipCounter.SwitchedToTcp]);
        Assert.Equal(peerHasTcp ? 0 : 1, client.Stack.Counters[SipCounter.FellBackToUdp]);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task A_call_is_set_up_acknowledged_and_ended(SipTransportKind transport)
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk }, client = new();
        object token = new();
        SipRequest invite = client.NewRequest("INVITE");
        client.Stack.SendRequest(token, invite, server.Destination(transport));
        SipResponse success = await client.FinalAsync(token);
        var dialog = SipDialog.FromClient(invite, success);
        client.Stack.SendAck(dialog.CreateAck(invite.CSeq.Number), server.Destination(transport));
        Assert.Equal("INVITE", (await server.RequestAsync()).Request.Method);
        var (ackId, ack, _) = await server.RequestAsync();
        Assert.Equal(("ACK", 0L), (ack.Method, ackId.Value));
        object bye = new();
        client.Stack.SendRequest(bye, dialog.CreateRequest("BYE"), server.Destination(transport));
        Assert.Equal(200, (await client.FinalAsync(bye)).Status);
        Assert.Equal(SipDialog.IdOf(ack), SipDialog.IdOf((await server.RequestAsync()).Request));
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task A_cancelled_invite_ends_with_487(SipTransportKind transport)
    {
        await using StackPeer server = new(), client = new();
        server.Handler = (peer, id, request, flow) => peer.Stack.Respond(id, SipResponse.For(request, 180, toTag: "tb"));
        object token = new();
        client.Stack.SendRequest(token, client.NewRequest("INVITE"), server.Destination(transport));
        Assert.Equal(180, (await client.ResponseAsync()).Response.Status);
        var (inviteId, invite, _) = await server.RequestAsync();
        server.Handler = null;
        client.Stack.Cancel(token);
        var (cancelId, cancel, _) = await server.RequestAsync();
        Assert.Equal(("CANCEL", inviteId), (cancel.Method, cancelId));
        server.Stack.Respond(cancelId, SipResponse.For(invite, 487, toTag: "tb"));
        Assert.Equal(487, (await client.FinalAsync(token)).Status);
    }

    [Fact]
    public async Task A_lost_response_is_made_good_by_retransmission()
    {
        await using StackPeer client = new(change: options => options with { Transactions = new() { T1 = TimeSpan.FromMilliseconds(20) } });
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        object token = new();
        client.Stack.SendRequest(token, client.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Udp, (IPEndPoint)server.Client.LocalEndPoint!));
        byte[] lost = (await server.ReceiveAsync().WaitAsync(StackPeer.Patience)).Buffer;
        UdpReceiveResult again = await server.ReceiveAsync().WaitAsync(StackPeer.Patience);
        Assert.Equal(lost, again.Buffer);
        SipParser.TryParse(again.Buffer, SipLimits.Default, out SipMessage? request);
        await server.SendAsync(SipResponse.For((SipRequest)request!, 200, toTag: "x").ToBytes(), again.RemoteEndPoint);
        Assert.Equal(200, (await client.FinalAsync(token)).Status);
        Assert.True(client.Stack.Counters[SipCounter.Retransmissions] >= 1);
    }

    [Fact]
    public async Task A_2xx_nobody_acknowledges_is_repeated_and_then_reported()
    {
        await using StackPeer server = new(change: options => options with { Transactions = new() { T1 = TimeSpan.FromMilliseconds(10) } })
        {
            Handler = StackPeer.AnswerOk,
        };
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await client.SendAsync(SipText.Bytes(SipText.Minimal("INVITE", "\n")), server.Stack.EndPoint(SipTransportKind.Udp));
        for (int i = 0; i < 3; i++)
            Assert.StartsWith("SIP/2.0 200 OK", Encoding.ASCII.GetString((await client.ReceiveAsync().WaitAsync(StackPeer.Patience)).Buffer), StringComparison.Ordinal);
        var (id, _, _) = await server.RequestAsync();
        Assert.Equal(((object)id, SipFailure.NoAck), await server.FailureAsync());
    }

    [Fact]
    public async Task No_answer_and_no_peer_are_reported()
    {
        await using StackPeer client = new(change: options => options with { Transactions = new() { T1 = TimeSpan.FromMilliseconds(2) } });
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Udp, (IPEndPoint)silent.Client.LocalEndPoint!));
        Assert.Equal(((object)"a", SipFailure.Timeout), await client.FailureAsync());
        // The port is bound by UDP only, so nothing listens there on TCP.
        client.Stack.SendRequest("b", client.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Tcp, (IPEndPoint)silent.Client.LocalEndPoint!));
        Assert.Equal(((object)"b", SipFailure.TransportError), await client.FailureAsync());
        Assert.Equal(1, client.Stack.Counters[SipCounter.ConnectFailures]);
    }

    [Fact]
    public async Task Faulty_datagrams_are_answered_or_dropped_and_the_stack_goes_on()
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk };
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint target = server.Stack.EndPoint(SipTransportKind.Udp);
        var random = new Random(5);
        byte[] noise = new byte[600];
        for (int i = 0; i < 50; i++)
        {
            random.NextBytes(noise);
            await client.SendAsync(noise, target);
        }
        async Task Expect(string text, string status)
        {
            await client.SendAsync(SipText.Bytes(text), target);
            Assert.StartsWith("SIP/2.0 " + status, Encoding.ASCII.GetString((await client.ReceiveAsync().WaitAsync(StackPeer.Patience)).Buffer), StringComparison.Ordinal);
        }
        await Expect(SipText.Minimal("OPTIONS", "Content-Length: 9\n\n"), "400");
        await Expect(SipText.Minimal("OPTIONS", "\n").Replace("org SIP/2.0", "org SIP/3.0", StringComparison.Ordinal), "505");
        await Expect(SipText.Minimal("OPTIONS", "\n"), "200");
        Assert.True(server.Stack.Counters[SipCounter.MalformedDropped] > 0);
        Assert.Equal(0, server.Stack.Counters[SipCounter.UserErrors]);
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts()
    {
        using var hold = new ManualResetEventSlim();
        using var held = new SemaphoreSlim(0);
        await using StackPeer server = new(change: options => options with { ReceiveQueue_messages = 4 });
        server.Handler = (_, _, _, _) =>
        {
            held.Release();
            hold.Wait(StackPeer.Patience);
        };
        int received = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        async Task Send(int i) => await client.SendAsync(SipText.Bytes(SipText.Minimal("MESSAGE", "\n", "z9hG4bK" + i, "call" + i)),
            server.Stack.EndPoint(SipTransportKind.Udp));
        await Send(0);
        Assert.True(await held.WaitAsync(StackPeer.Patience));
        // The tap runs before a datagram is queued, so with the 21st seen the 20th is queued or dropped.
        server.OnReceived = (_, _) =>
        {
            if (Interlocked.Increment(ref received) == 21)
                all.TrySetResult();
        };
        for (int i = 1; i <= 21; i++)
            await Send(i);
        await all.Task.WaitAsync(StackPeer.Patience);
        Assert.InRange(server.Stack.Counters[SipCounter.QueueFullDropped], 16, 17);
        hold.Set();
    }

    [Fact]
    public async Task A_fault_of_the_user_is_counted_and_the_stack_goes_on()
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StackPeer server = new(change: options => options with { UserException = e => reported.TrySetResult(e) });
        await using StackPeer client = new();
        server.Handler = (_, _, _, _) => throw new InvalidOperationException("user");
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), server.Destination(SipTransportKind.Tcp));
        Assert.Equal("user", (await reported.Task.WaitAsync(StackPeer.Patience)).Message);
        server.Handler = StackPeer.AnswerOk;
        client.Stack.SendRequest("b", client.NewRequest("MESSAGE"), server.Destination(SipTransportKind.Tcp));
        Assert.Equal(200, (await client.FinalAsync("b")).Status);
        Assert.Equal(1, server.Stack.Counters[SipCounter.UserErrors]);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task A_taken_port_stops_the_start_with_its_address(SipTransportKind transport)
    {
        await using StackPeer first = new();
        IPEndPoint taken = first.Stack.EndPoint(transport);
        await using StackPeer second = new(change: options => options with { Listen = [new SipListen(transport, taken)] }, start: false);
        SipBindException thrown = Assert.Throws<SipBindException>(second.Stack.Start);
        Assert.Contains(taken.ToString(), thrown.Message, StringComparison.Ordinal);
        Assert.Contains(transport.ToString(), thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_the_stack_cannot_send_is_refused_at_the_call()
    {
        await using StackPeer client = new();
        var destination = client.Destination(SipTransportKind.Udp);
        Assert.Throws<ArgumentException>(() => client.Stack.SendRequest("a", new SipRequest("OPTIONS", "sip:a@b"), destination));
        Assert.Throws<ArgumentException>(() => client.Stack.SendRequest("a", client.NewRequest("ACK"), destination));
        Assert.Throws<ArgumentException>(() => client.Stack.SendAck(client.NewRequest("OPTIONS"), destination));
    }
}
