using System.Net.Sockets;
using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The TCP side of a stack against a bare socket.</summary>
public sealed class SipTcpTests
{
    private static readonly byte[] Message = SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 4\n\nbody"));

    private static async Task<Socket> ConnectAsync(StackPeer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp)).WaitAsync(StackPeer.Patience);
        return socket;
    }

    private static async Task<List<SipMessage>> ReadAsync(Socket socket, int count)
    {
        var messages = new List<SipMessage>();
        byte[] buffer = new byte[65536];
        int filled = 0;
        while (messages.Count < count)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(StackPeer.Patience);
            Assert.True(read > 0, "The connection was closed.");
            filled += read;
            while (SipFramer.TryFrame(buffer.AsSpan(0, filled), SipLimits.Default, out int length) == SipFrameOutcome.Message)
            {
                Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(buffer.AsSpan(0, length), SipLimits.Default, out SipMessage? message));
                messages.Add(message!);
                buffer.AsSpan(length, filled - length).CopyTo(buffer);
                filled -= length;
            }
        }
        return messages;
    }

    private static async Task AssertClosedAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[100]).WaitAsync(StackPeer.Patience));
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    [Fact]
    public async Task A_message_sent_octet_by_octet_is_one_message()
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk };
        using Socket socket = await ConnectAsync(server);
        foreach (byte octet in Message)
            await socket.SendAsync(new[] { octet });
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(Assert.Single(await ReadAsync(socket, 1))).Status);
        Assert.Equal("body", Encoding.ASCII.GetString((await server.RequestAsync()).Request.Body.Span));
    }

    [Fact]
    public async Task A_segment_may_hold_several_messages_and_keep_alives()
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk };
        using Socket socket = await ConnectAsync(server);
        byte[] segment = [];
        for (int i = 0; i < 20; i++)
            segment = [.. segment, .. "\r\n"u8, .. SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Length: 3\n\nabc", "z9hG4bKb" + i, "call" + i))];
        await socket.SendAsync(segment);
        List<SipMessage> answers = await ReadAsync(socket, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => "call" + i), answers.Select(answer => answer.CallId));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task A_ping_is_answered_with_a_pong_however_it_is_cut(int piece)
    {
        await using StackPeer server = new();
        using Socket socket = await ConnectAsync(server);
        byte[] ping = "\r\n\r\n"u8.ToArray();
        for (int at = 0; at < ping.Length; at += piece)
            await socket.SendAsync(ping.AsMemory(at, piece));
        byte[] answer = new byte[10];
        int length = 0;
        while (length < 2)
            length += await socket.ReceiveAsync(answer.AsMemory(length)).AsTask().WaitAsync(StackPeer.Patience);
        Assert.Equal("\r\n"u8.ToArray(), answer[..length]);
    }

    [Theory]
    [InlineData("OPTIONS sip:a@example.org SIP/2.0\nCall-ID: no-length\n\n")]
    [InlineData("OPTIONS sip:a@example.org SIP/2.0\nContent-Length: 0\nContent-Length: 0\n\n")]
    [InlineData("OPTIONS sip:a@example.org SIP/2.0\nContent-Length: -5\n\n")]
    [InlineData("OPTIONS sip:a@example.org SIP/2.0\nContent-Length: 4000000000\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: x\n\n")]
    public async Task A_framing_error_closes_the_connection(string text)
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk };
        using Socket socket = await ConnectAsync(server);
        await socket.SendAsync(SipText.Bytes(text));
        await AssertClosedAsync(socket);
        Assert.Equal(SipTransportKind.Tcp, (await server.ClosedAsync()).Transport);
        Assert.Equal(1, server.Stack.Counters[SipCounter.FramingErrorClosed]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("OPTIONS sip:a@example.org SIP/2.0\nX-Slow: ")]
    public async Task A_peer_that_says_nothing_or_never_ends_is_closed(string start)
    {
        await using StackPeer server = new(change: options => options with
        {
            FirstOctetTimeout = TimeSpan.FromMilliseconds(60),
            MessageTimeout = TimeSpan.FromMilliseconds(60),
        });
        using Socket socket = await ConnectAsync(server);
        if (start.Length > 0)
            await socket.SendAsync(SipText.Bytes(start));
        await AssertClosedAsync(socket);
        await server.ClosedAsync();
        Assert.Equal(1, server.Stack.Counters[SipCounter.DeadlineClosed]);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(100, 1)]
    public async Task Connections_are_limited_in_total_and_per_address(int total, int perAddress)
    {
        await using StackPeer server = new(change: options => options with { MaxConnections = total, MaxConnectionsPerAddress = perAddress })
        {
            Handler = StackPeer.AnswerOk,
        };
        using Socket first = await ConnectAsync(server);
        await first.SendAsync(Message);
        await ReadAsync(first, 1);
        using Socket second = await ConnectAsync(server);
        await AssertClosedAsync(second);
        Assert.Equal(1, server.Stack.Counters[SipCounter.ConnectionsRefused]);
        first.Close();
        await server.ClosedAsync();
        using Socket third = await ConnectAsync(server);
        await third.SendAsync(Message);
        await ReadAsync(third, 1);
    }

    [Fact]
    public async Task A_flow_is_reused_while_open_and_replaced_by_a_connection_when_not()
    {
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk }, client = new() { Handler = StackPeer.AnswerOk };
        for (int i = 0; i < 3; i++)
        {
            client.Stack.SendRequest(i, client.NewRequest("MESSAGE"), server.Destination(SipTransportKind.Tcp));
            await client.FinalAsync(i);
        }
        Assert.Equal(1, server.Stack.Counters[SipCounter.ConnectionsAccepted]);
        SipFlow flow = (await server.RequestAsync()).Flow;
        server.Stack.SendRequest("back", server.NewRequest("MESSAGE"), SipDestination.Of(flow));
        Assert.Equal(200, (await server.FinalAsync("back")).Status);
        Assert.Equal(0, server.Stack.Counters[SipCounter.ConnectionsOpened]);
        var gone = flow with { Connection = 999 };
        server.Stack.SendRequest("new", server.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Tcp, client.Stack.EndPoint(SipTransportKind.Tcp), gone));
        Assert.Equal(200, (await server.FinalAsync("new")).Status);
        Assert.Equal(1, server.Stack.Counters[SipCounter.ConnectionsOpened]);
    }

    [Fact]
    public async Task The_tap_sees_what_went_over_the_wire()
    {
        var sent = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StackPeer server = new() { Handler = StackPeer.AnswerOk, OnReceived = (_, bytes) => received.TrySetResult(bytes) };
        await using StackPeer client = new() { OnSent = (_, bytes) => sent.TrySetResult(bytes) };
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE", "seen"), server.Destination(SipTransportKind.Tcp));
        await client.FinalAsync("a");
        byte[] out_ = await sent.Task.WaitAsync(StackPeer.Patience);
        Assert.EndsWith("seen", Encoding.ASCII.GetString(out_), StringComparison.Ordinal);
        Assert.Equal(out_, await received.Task.WaitAsync(StackPeer.Patience));
    }
}
