using System.Net;
using System.Net.WebSockets;
using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 7118 against the platform's WebSocket client, and against bare sockets where a client would not do that.</summary>
public sealed class SipWebSocketTests : IDisposable
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    private StackPeer Server(Func<SipStackOptions, SipStackOptions>? change = null)
    {
        System.Net.Security.SslStreamCertificateContext own = _authority.Context("localhost");
        return new StackPeer(udp: false, tcp: false, change: options =>
        {
            options = options with
            {
                Listen =
                [
                    new SipListen(SipTransportKind.Ws, new IPEndPoint(IPAddress.Loopback, 0)),
                    new SipListen(SipTransportKind.Wss, new IPEndPoint(IPAddress.Loopback, 0)),
                ],
                Tls = new SipTlsOptions { ServerCertificate = () => own },
            };
            return change?.Invoke(options) ?? options;
        })
        {
            Handler = StackPeer.AnswerOk,
        };
    }

    private static async Task<ClientWebSocket> ConnectAsync(StackPeer server, SipTransportKind transport = SipTransportKind.Ws, string? protocol = "sip")
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
            socket.Options.AddSubProtocol(protocol);
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        var uri = new Uri($"{(transport == SipTransportKind.Wss ? "wss" : "ws")}://{server.Stack.EndPoint(transport)}/");
        await socket.ConnectAsync(uri, CancellationToken.None).WaitAsync(StackPeer.Patience);
        return socket;
    }

    private static byte[] Request(string method = "MESSAGE", string callId = "c1", string body = "") => SipText.Bytes(
        SipText.Minimal(method, $"Contact: <sip:a@df7jal23ls0d.invalid;transport=ws>\nContent-Length: {body.Length}\n\n{body}", "z9hG4bK" + callId, callId)
            .Replace("SIP/2.0/UDP 192.0.2.7:5071", "SIP/2.0/WS df7jal23ls0d.invalid", StringComparison.Ordinal));

    private static async Task<SipMessage> ReadAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[70_000];
        int filled = 0;
        while (true)
        {
            WebSocketReceiveResult read = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, filled, buffer.Length - filled), CancellationToken.None).WaitAsync(StackPeer.Patience);
            Assert.NotEqual(WebSocketMessageType.Close, read.MessageType);
            filled += read.Count;
            if (read.EndOfMessage)
                break;
        }
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(buffer.AsSpan(0, filled), SipLimits.Default, out SipMessage? message));
        return message!;
    }

    private static Task SendAsync(ClientWebSocket socket, ReadOnlyMemory<byte> bytes, bool end = true, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(bytes, type, end, CancellationToken.None).AsTask().WaitAsync(StackPeer.Patience);

    [Theory]
    [InlineData(SipTransportKind.Ws, WebSocketMessageType.Text)]
    [InlineData(SipTransportKind.Ws, WebSocketMessageType.Binary)]
    [InlineData(SipTransportKind.Wss, WebSocketMessageType.Text)]
    public async Task A_browser_client_is_answered_and_called_over_its_own_flow(SipTransportKind transport, WebSocketMessageType type)
    {
        await using StackPeer server = Server();
        using ClientWebSocket socket = await ConnectAsync(server, transport);
        Assert.Equal("sip", socket.SubProtocol);
        await SendAsync(socket, Request("REGISTER"), type: type);
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await ReadAsync(socket)).Status);

        SipFlow flow = (await server.RequestAsync()).Flow;
        Assert.Equal(transport, flow.Transport);
        server.Stack.SendRequest("back", server.NewRequest("MESSAGE", "ø"), SipDestination.Of(flow));
        SipRequest called = Assert.IsAssignableFrom<SipRequest>(await ReadAsync(socket));
        Assert.Equal(transport == SipTransportKind.Wss ? "WSS" : "WS", called.TopVia!.Transport);
        await SendAsync(socket, SipResponse.For(called, 202).ToBytes());
        Assert.Equal(202, (await server.FinalAsync("back")).Status);
    }

    [Fact]
    public async Task When_the_flow_is_gone_the_client_is_unreachable_and_no_connection_is_opened()
    {
        await using StackPeer server = Server(), other = Server();
        SipFlow flow;
        using (ClientWebSocket socket = await ConnectAsync(server))
        {
            await SendAsync(socket, Request("REGISTER"));
            await ReadAsync(socket);
            flow = (await server.RequestAsync()).Flow;
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(StackPeer.Patience);
        }
        Assert.Equal(flow, await server.ClosedAsync());
        server.Stack.SendRequest("a", server.NewRequest("MESSAGE"), SipDestination.Of(flow));
        Assert.Equal(("a", SipFailure.TransportError), await server.FailureAsync());
        server.Stack.SendRequest("b", server.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Ws, other.Stack.EndPoint(SipTransportKind.Ws)));
        Assert.Equal(("b", SipFailure.TransportError), await server.FailureAsync());
        Assert.Equal(0, other.Stack.Counters[SipCounter.ConnectionsAccepted]);
    }

    [Fact]
    public async Task A_message_in_fragments_of_any_size_is_one_message()
    {
        await using StackPeer server = Server();
        using ClientWebSocket socket = await ConnectAsync(server);
        byte[] request = Request(body: "body");
        for (int at = 0; at < request.Length; at++)
            await SendAsync(socket, request.AsMemory(at, 1), end: at == request.Length - 1);
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await ReadAsync(socket)).Status);
        Assert.Equal("body", Encoding.ASCII.GetString((await server.RequestAsync()).Request.Body.Span));
        byte[] large = Request(callId: "c2", body: new string('x', 60_000));
        await SendAsync(socket, large);
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await ReadAsync(socket)).Status);
        Assert.Equal(60_000, (await server.RequestAsync()).Request.Body.Length);
    }

    [Fact]
    public async Task Two_messages_in_one_are_not_two()
    {
        await using StackPeer server = Server();
        using ClientWebSocket socket = await ConnectAsync(server);
        await SendAsync(socket, (byte[])[.. Request(callId: "c1"), .. Request(callId: "c2")]);
        await SendAsync(socket, Request(callId: "c3"));
        var ids = new List<string> { (await ReadAsync(socket)).CallId, (await ReadAsync(socket)).CallId };
        Assert.Equal(["c1", "c3"], ids);
    }

    [Fact]
    public async Task What_is_no_SIP_is_dropped_and_counted_and_the_flow_lives()
    {
        await using StackPeer server = Server();
        using ClientWebSocket socket = await ConnectAsync(server);
        await SendAsync(socket, "hello"u8.ToArray());
        await SendAsync(socket, "\r\n\r\n"u8.ToArray());
        byte[] pong = new byte[10];
        WebSocketReceiveResult read = await socket.ReceiveAsync(pong, CancellationToken.None).WaitAsync(StackPeer.Patience);
        Assert.Equal("\r\n"u8.ToArray(), pong[..read.Count]);
        await SendAsync(socket, Request());
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await ReadAsync(socket)).Status);
        Assert.Equal(1, server.Stack.Counters[SipCounter.MalformedDropped]);
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_with_1009()
    {
        await using StackPeer server = Server(options => options with { Limits = new SipLimits { MaxMessage_bytes = 2000 } });
        using ClientWebSocket socket = await ConnectAsync(server);
        await SendAsync(socket, new byte[2001], end: false, WebSocketMessageType.Binary);
        WebSocketReceiveResult read = await socket.ReceiveAsync(new byte[100], CancellationToken.None).WaitAsync(StackPeer.Patience);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.MessageTooBig), (read.MessageType, read.CloseStatus));
        await server.ClosedAsync();
        Assert.Equal(1, server.Stack.Counters[SipCounter.FramingErrorClosed]);
    }

    [Fact]
    public async Task A_message_that_does_not_end_is_closed()
    {
        await using StackPeer server = Server(options => options with { MessageTimeout = TimeSpan.FromMilliseconds(100) });
        using ClientWebSocket socket = await ConnectAsync(server);
        await SendAsync(socket, Request().AsMemory(0, 20), end: false);
        await server.ClosedAsync();
        Assert.Equal(1, server.Stack.Counters[SipCounter.DeadlineClosed]);
    }

    [Fact]
    public async Task Frames_that_break_RFC_6455_close_the_connection()
    {
        await using StackPeer server = Server();
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Ws));
        await peer.SendAsync(Head());
        byte[] answer = new byte[1000];
        Assert.True(await peer.Stream.ReadAsync(answer).AsTask().WaitAsync(StackPeer.Patience) > 0);
        // A client's frame must be masked (RFC 6455 5.1).
        await peer.SendAsync((byte[])[0x81, 11, .. "hello there"u8]);
        await peer.AssertClosedAsync();
        await server.ClosedAsync();
        Assert.Equal(1, server.Stack.Counters[SipCounter.FramingErrorClosed]);
    }

    [Fact]
    public async Task The_upgrade_is_the_one_of_RFC_6455_however_it_is_cut()
    {
        await using StackPeer server = Server();
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Ws));
        foreach (byte octet in Head())
            await peer.SendAsync(new[] { octet });
        string answer = await ReadHeadAsync(peer);
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        // RFC 6455 1.3 gives this pair.
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Protocol: sip\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /", "POST /", 405)]
    [InlineData("HTTP/1.1", "HTTP/1.0", 400)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", 426)]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: keep-alive", 426)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426)]
    [InlineData("Sec-WebSocket-Protocol: chat, sip", "Sec-WebSocket-Protocol: chat", 400)]
    [InlineData("Sec-WebSocket-Protocol: chat, sip\n", "", 400)]
    [InlineData("Host: localhost\n", "", 400)]
    [InlineData(Key, "c2hvcnQ=", 400)]
    [InlineData("Host: localhost", "Host : localhost", 400)]
    [InlineData("Host: localhost", "Host: localhost\nContent-Length: 5", 400)]
    [InlineData("Host: localhost", "Host: localhost\nTransfer-Encoding: chunked", 400)]
    [InlineData("Host: localhost", "Host: local\u0001host", 400)]
    public async Task Another_request_is_refused_and_closed(string good, string bad, int status)
    {
        await using StackPeer server = Server();
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Ws));
        await peer.SendAsync(Head(good, bad));
        Assert.StartsWith($"HTTP/1.1 {status} ", await ReadHeadAsync(peer), StringComparison.Ordinal);
        await peer.AssertClosedAsync();
        await SipTlsTests.WaitForAsync(server, SipCounter.HandshakesFailed, 1);
    }

    [Fact]
    public async Task A_head_over_8_KiB_and_one_that_does_not_end_are_refused()
    {
        await using StackPeer server = Server(options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        using StreamPeer large = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Ws));
        await large.SendAsync(Head("Host: localhost", "Host: localhost\nX: " + new string('x', 9000)));
        Assert.StartsWith("HTTP/1.1 431 ", await ReadHeadAsync(large), StringComparison.Ordinal);
        using StreamPeer slow = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Ws));
        await slow.SendAsync(Head().AsMemory(0, 30));
        await slow.AssertClosedAsync();
    }

    private static byte[] Head(string good = "", string bad = "")
    {
        string head = $"GET / HTTP/1.1\nHost: localhost\nUpgrade: websocket\nConnection: keep-alive, Upgrade\nSec-WebSocket-Key: {Key}\n" +
            "Sec-WebSocket-Protocol: chat, sip\nSec-WebSocket-Version: 13\n\n";
        if (good.Length > 0)
        {
            Assert.Contains(good, head, StringComparison.Ordinal);
            head = head.Replace(good, bad, StringComparison.Ordinal);
        }
        return SipText.Bytes(head);
    }

    private static async Task<string> ReadHeadAsync(StreamPeer peer)
    {
        var text = new StringBuilder();
        byte[] octet = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await peer.Stream.ReadAsync(octet).AsTask().WaitAsync(StackPeer.Patience));
            text.Append((char)octet[0]);
        }
        return text.ToString();
    }
}
