using System.Net.WebSockets;
using System.Text.Unicode;

namespace MediaEngine.Sip;

/// <summary>One SIP message in each WebSocket message (RFC 7118 5.1).</summary>
internal sealed class WebSocketChannel : SipChannel
{
    private const int FirstBuffer_bytes = 4096;
    private readonly WebSocket _socket;
    private readonly SipStackOptions _options;
    private readonly ReadDeadline _deadline;
    private byte[] _buffer = new byte[FirstBuffer_bytes];

    private WebSocketChannel(Stream stream, SipStackOptions options)
    {
        _options = options;
        _deadline = new ReadDeadline(options);
        _socket = WebSocket.CreateFromStream(
            stream,
            // The client keeps the connection alive; we answer its pings (RFC 7118 6).
            new WebSocketCreationOptions { IsServer = true, SubProtocol = WebSocketUpgrade.SubProtocol, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>Answers the HTTP request that opens the WebSocket; null when it was refused or the peer left.</summary>
    public static async Task<WebSocketChannel?> AcceptAsync(Stream stream, SipStackOptions options, CancellationToken cancellation)
    {
        byte[] head = new byte[WebSocketUpgrade.MaxHead_bytes];
        int filled = 0;
        while (true)
        {
            int length = await stream.ReadAsync(head.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (length == 0)
                return null;
            filled += length;
            if (WebSocketUpgrade.Answer(head.AsSpan(0, filled), out bool accepted) is not { } answer)
                continue;
            await stream.WriteAsync(answer, cancellation).ConfigureAwait(false);
            return accepted ? new WebSocketChannel(stream, options) : null;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => _socket.SendAsync(
        message, Utf8.IsValid(message.Span) ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancellation);

    public override async Task ReadAsync(StreamConnection connection)
    {
        int filled = 0;
        while (true)
        {
            CancellationToken token = _deadline.Start(connection.IsAccepted);
            ValueWebSocketReceiveResult read;
            try
            {
                read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), token).ConfigureAwait(false);
            }
            catch (WebSocketException e) when (e.WebSocketErrorCode != WebSocketError.ConnectionClosedPrematurely && !token.IsCancellationRequested)
            {
                connection.Count(SipCounter.FramingErrorClosed);
                return;
            }
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
                return;
            }
            if (!_deadline.Met())
                return;
            filled += read.Count;
            if (filled > _options.Limits.MaxMessage_bytes)
            {
                connection.Count(SipCounter.FramingErrorClosed);
                await CloseAsync(WebSocketCloseStatus.MessageTooBig).ConfigureAwait(false);
                return;
            }
            _deadline.Progress(read.EndOfMessage, !read.EndOfMessage);
            if (read.EndOfMessage)
            {
                ReadOnlySpan<byte> message = _buffer.AsSpan(0, filled);
                connection.Heard(message);
                connection.Take(FrameOf(message), message);
                filled = 0;
            }
            else if (filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    public override void Dispose()
    {
        _socket.Dispose();
        _deadline.Dispose();
    }

    /// <summary>The keep-alives of streams may come here too (RFC 7118 6).</summary>
    private static SipFrameOutcome FrameOf(ReadOnlySpan<byte> message) =>
        message.SequenceEqual("\r\n\r\n"u8) ? SipFrameOutcome.Ping :
        message.SequenceEqual("\r\n"u8) ? SipFrameOutcome.Pong : SipFrameOutcome.Message;

    private async Task CloseAsync(WebSocketCloseStatus status)
    {
        using var limit = new CancellationTokenSource(_options.SendTimeout);
        try
        {
            await _socket.CloseOutputAsync(status, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever does not take the close frame is closed without it.
        }
    }
}
