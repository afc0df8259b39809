using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace MediaEngine.Sip;

/// <summary>
/// One connection, accepted or opened by us: a handshake with a deadline, then a reader and a writer with a bounded queue.
/// </summary>
internal sealed class StreamConnection : IDisposable
{
    private static readonly byte[] Ping = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] Pong = "\r\n"u8.ToArray();
    private readonly Socket _socket;
    private readonly StreamTransport _owner;
    private readonly SipStackOptions _options;
    private readonly SipListen? _listener;
    private readonly Channel<(ReadOnlyMemory<byte> Bytes, SipTransactionId Transaction)> _queue;
    private SipChannel? _channel;
    private SipFlow _flow;
    private volatile Task _writing = Task.CompletedTask;
    private bool _halfPing;
    private long _heard;

    /// <param name="listener">What accepted it; null for one that we open to <paramref name="destination"/>.</param>
    public StreamConnection(long id, Socket socket, SipDestination destination, SipListen? listener, StreamTransport owner, SipStackOptions options)
    {
        Id = id;
        Destination = destination;
        _socket = socket;
        _listener = listener;
        _owner = owner;
        _options = options;
        _flow = new SipFlow(destination.Transport, listener?.EndPoint ?? new IPEndPoint(IPAddress.Any, 0), destination.Remote, id);
        _queue = Channel.CreateBounded<(ReadOnlyMemory<byte>, SipTransactionId)>(
            new BoundedChannelOptions(options.ConnectionSendQueue_messages) { SingleReader = true });
    }

    public long Id { get; }

    public SipDestination Destination { get; }

    public IPEndPoint Remote => Destination.Remote;

    public bool IsAccepted => _listener is not null;

    /// <summary>Set once: until then the connection counts as a handshake in progress.</summary>
    public bool IsEstablished { get; private set; }

    private bool IsOpen { get; set; } = true;

    private bool SendsPings => !IsAccepted && _options.KeepAlive > TimeSpan.Zero;

    /// <summary>False: closed, or its queue is full.</summary>
    public bool TrySend(ReadOnlyMemory<byte> bytes, SipTransactionId transaction, out bool closed)
    {
        closed = false;
        if (_queue.Writer.TryWrite((bytes, transaction)))
            return true;
        closed = _queue.Reader.Completion.IsCompleted || !IsOpen;
        return false;
    }

    public void Count(SipCounter counter) => _owner.Counters.Add(counter);

    /// <summary>Octets came, whatever they are.</summary>
    public void Heard(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _heard, _heard + bytes.Length);
        _owner.Tap?.Received(_flow, bytes);
    }

    /// <summary>One message or keep-alive came.</summary>
    public void Take(SipFrameOutcome outcome, ReadOnlySpan<byte> bytes)
    {
        // Where we send no pings ourselves, a lone CRLF is half of the peer's.
        bool answer = outcome == SipFrameOutcome.Ping || (outcome == SipFrameOutcome.Pong && _halfPing);
        _halfPing = outcome == SipFrameOutcome.Pong && !_halfPing && !SendsPings;
        if (outcome == SipFrameOutcome.Message)
        {
            _owner.Inbox.PostWire(bytes, _flow);
            return;
        }
        if (answer)
        {
            Count(SipCounter.KeepAlives);
            _queue.Writer.TryWrite((Pong, default));
        }
    }

    /// <summary>Completes when all that was queued is written, or cannot be; nothing more is taken.</summary>
    public Task FinishAsync()
    {
        _queue.Writer.TryComplete();
        return _writing;
    }

    public void Dispose() => _socket.Dispose();

    public async Task RunAsync()
    {
        using var ended = new CancellationTokenSource();
        try
        {
            _channel = await EstablishAsync().ConfigureAwait(false);
            if (_channel is null)
                return;
            IsEstablished = true;
            _owner.Established(this);
            _writing = WriteAsync(_channel);
            Task pings = SendsPings ? SendPingsAsync(ended.Token) : Task.CompletedTask;
            try
            {
                await _channel.ReadAsync(this).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Count(SipCounter.DeadlineClosed);
            }
            catch (Exception e) when (IsConnectionTrouble(e))
            {
                // The peer or our own side closed it: the rest is below.
            }
            _queue.Writer.TryComplete();
            await ended.CancelAsync().ConfigureAwait(false);
            _socket.Dispose();
            await _writing.ConfigureAwait(false);
            await pings.ConfigureAwait(false);
        }
        finally
        {
            IsOpen = false;
            _queue.Writer.TryComplete();
            _channel?.Dispose();
            _socket.Dispose();
            // Off the table first: what the failures make the layer send must not come back here.
            _owner.Remove(this);
            while (_queue.Reader.TryRead(out var unsent))
                _owner.ReportSendFailed(unsent.Transaction);
            if (IsEstablished)
                _owner.ReportClosed(_flow);
        }
    }

    private static bool IsConnectionTrouble(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or
            ArgumentException or AuthenticationException or CryptographicException or WebSocketException;

    /// <summary>Connects or accepts, up to where messages can travel; null when that failed.</summary>
    private async Task<SipChannel?> EstablishAsync()
    {
        using var deadline = new CancellationTokenSource(IsAccepted ? _options.HandshakeTimeout : _options.ConnectTimeout);
        Stream? stream = null;
        try
        {
            if (!IsAccepted)
                await _socket.ConnectAsync(Remote, deadline.Token).ConfigureAwait(false);
            _socket.NoDelay = true;
            _flow = _flow with { Local = (IPEndPoint)_socket.LocalEndPoint! };
            stream = new NetworkStream(_socket, ownsSocket: true);
            if (Destination.Transport.IsSecure())
                stream = await SecureAsync(stream, deadline.Token).ConfigureAwait(false);
            SipChannel? channel = Destination.Transport.IsWebSocket()
                ? await WebSocketChannel.AcceptAsync(stream, _options, deadline.Token).ConfigureAwait(false)
                : new FramedChannel(stream, _options);
            if (channel is not null)
            {
                if (!IsAccepted)
                    Count(SipCounter.ConnectionsOpened);
                return channel;
            }
        }
        catch (Exception e) when (IsConnectionTrouble(e))
        {
            // Counted below, whatever it was.
        }
        Count(IsAccepted ? SipCounter.HandshakesFailed : SipCounter.ConnectFailures);
        if (stream is not null)
            await stream.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async Task<Stream> SecureAsync(Stream inner, CancellationToken cancellation)
    {
        SipTlsOptions tls = _options.Tls ?? new SipTlsOptions();
        SslStream secured = _listener is { } listener
            ? await SipTls.AcceptAsync(inner, tls, listener.RequirePeerCertificate, cancellation).ConfigureAwait(false)
            : await SipTls.ConnectAsync(inner, tls, Destination.ServerName!, cancellation).ConfigureAwait(false);
        if (secured.RemoteCertificate is { } shown)
            _flow = _flow with { PeerDomains = SipTls.DomainsOf(shown) };
        return secured;
    }

    private async Task WriteAsync(SipChannel channel)
    {
        using var timeout = new CancellationTokenSource();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out var item))
            {
                try
                {
                    _owner.Tap?.Sent(_flow, item.Bytes.Span);
                    timeout.CancelAfter(_options.SendTimeout);
                    await channel.WriteAsync(item.Bytes, timeout.Token).ConfigureAwait(false);
                    timeout.TryReset();
                }
                catch (Exception e) when (IsConnectionTrouble(e))
                {
                    Count(SipCounter.SendErrors);
                    _owner.ReportSendFailed(item.Transaction);
                    _socket.Dispose();
                    return;
                }
            }
        }
    }

    /// <summary>RFC 5626 4.4.1: a peer that does not answer a ping is gone.</summary>
    private async Task SendPingsAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.KeepAlive, ended).ConfigureAwait(false);
                long before = Volatile.Read(ref _heard);
                if (!_queue.Writer.TryWrite((Ping, default)))
                    continue;
                await Task.Delay(_options.PongTimeout, ended).ConfigureAwait(false);
                if (Volatile.Read(ref _heard) != before)
                    continue;
                Count(SipCounter.DeadlineClosed);
                _socket.Dispose();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
    }
}
