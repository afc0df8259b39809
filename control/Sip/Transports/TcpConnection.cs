using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace MediaEngine.Sip;

/// <summary>One TCP connection, accepted or opened by us: a reader that frames, a writer with a bounded queue.</summary>
internal sealed class TcpConnection : IDisposable
{
    private static readonly byte[] Pong = "\r\n"u8.ToArray();
    private readonly Socket _socket;
    private readonly TcpTransport _owner;
    private readonly SipStackOptions _options;
    private readonly Channel<(ReadOnlyMemory<byte> Bytes, SipTransactionId Transaction)> _queue;
    private readonly bool _accepted;
    private SipFlow _flow;
    private bool _halfPing;
    private long _messageStarted;

    public TcpConnection(long id, Socket socket, IPEndPoint remote, bool accepted, TcpTransport owner, SipStackOptions options)
    {
        Id = id;
        Remote = remote;
        _socket = socket;
        _accepted = accepted;
        _owner = owner;
        _options = options;
        _flow = new SipFlow(SipTransportKind.Tcp, owner.Local, remote, id);
        _queue = Channel.CreateBounded<(ReadOnlyMemory<byte>, SipTransactionId)>(
            new BoundedChannelOptions(options.ConnectionSendQueue_messages) { SingleReader = true });
    }

    public long Id { get; }

    public IPEndPoint Remote { get; }

    /// <summary>False: closed, or its queue is full.</summary>
    public bool TrySend(ReadOnlyMemory<byte> bytes, SipTransactionId transaction, out bool closed)
    {
        closed = false;
        if (_queue.Writer.TryWrite((bytes, transaction)))
            return true;
        closed = _queue.Reader.Completion.IsCompleted || !IsOpen;
        return false;
    }

    private bool IsOpen { get; set; } = true;

    public void Dispose() => _socket.Dispose();

    public async Task RunAsync()
    {
        bool connected = _accepted;
        try
        {
            if (!_accepted)
            {
                using var timeout = new CancellationTokenSource(_options.ConnectTimeout);
                await _socket.ConnectAsync(Remote, timeout.Token).ConfigureAwait(false);
                connected = true;
                _owner.Counters.Add(SipCounter.ConnectionsOpened);
            }
            _socket.NoDelay = true;
            _flow = _flow with { Local = (IPEndPoint)_socket.LocalEndPoint! };
            Task writer = WriteAsync();
            await ReadAsync().ConfigureAwait(false);
            _queue.Writer.TryComplete();
            _socket.Dispose();
            await writer.ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionTrouble(e))
        {
            if (!connected)
                _owner.Counters.Add(SipCounter.ConnectFailures);
        }
        finally
        {
            IsOpen = false;
            _queue.Writer.TryComplete();
            _socket.Dispose();
            // Off the table first: what the failures make the layer send must not come back here.
            _owner.Remove(this);
            while (_queue.Reader.TryRead(out var unsent))
                _owner.ReportSendFailed(unsent.Transaction);
            if (connected)
                _owner.ReportClosed(_flow);
        }
    }

    private static bool IsConnectionTrouble(Exception e) =>
        e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or ArgumentException;

    private async Task WriteAsync()
    {
        using var timeout = new CancellationTokenSource();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out var item))
            {
                try
                {
                    timeout.CancelAfter(_options.SendTimeout);
                    ReadOnlyMemory<byte> rest = item.Bytes;
                    while (rest.Length > 0)
                        rest = rest[await _socket.SendAsync(rest, SocketFlags.None, timeout.Token).ConfigureAwait(false)..];
                    timeout.TryReset();
                    _owner.Tap?.Sent(_flow, item.Bytes.Span);
                }
                catch (Exception e) when (IsConnectionTrouble(e))
                {
                    _owner.Counters.Add(SipCounter.SendErrors);
                    _owner.ReportSendFailed(item.Transaction);
                    _socket.Dispose();
                    return;
                }
            }
        }
    }

    private async Task ReadAsync()
    {
        // The writer is never held back: unread octets are bounded by the message limit, or the connection ends.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 8192,
            useSynchronizationContext: false));
        using var deadline = new CancellationTokenSource();
        bool heard = false;
        try
        {
            while (true)
            {
                deadline.CancelAfter(NextTimeout(heard));
                int length = await _socket.ReceiveAsync(pipe.Writer.GetMemory(4096), SocketFlags.None, deadline.Token).ConfigureAwait(false);
                if (length == 0 || !deadline.TryReset())
                    return;
                heard = true;
                pipe.Writer.Advance(length);
                await pipe.Writer.FlushAsync().ConfigureAwait(false);
                if (!TryTakeMessages(pipe.Reader, length))
                {
                    _owner.Counters.Add(SipCounter.FramingErrorClosed);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            _owner.Counters.Add(SipCounter.DeadlineClosed);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer or our own side closed it: the caller does the rest.
        }
        finally
        {
            await pipe.Writer.CompleteAsync().ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private TimeSpan NextTimeout(bool heard)
    {
        if (_messageStarted != 0)
        {
            TimeSpan left = _options.MessageTimeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - _messageStarted);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
        return heard || !_accepted ? _options.IdleTimeout : _options.FirstOctetTimeout;
    }

    /// <summary>False when the stream's framing is broken.</summary>
    private bool TryTakeMessages(PipeReader reader, int received)
    {
        if (!reader.TryRead(out ReadResult read))
            return true;
        ReadOnlySequence<byte> buffer = read.Buffer;
        int total = (int)buffer.Length;
        byte[]? rented = null;
        ReadOnlySpan<byte> bytes = buffer.FirstSpan;
        if (!buffer.IsSingleSegment)
        {
            rented = ArrayPool<byte>.Shared.Rent(total);
            buffer.CopyTo(rented);
            bytes = rented.AsSpan(0, total);
        }
        _owner.Tap?.Received(_flow, bytes[(total - received)..]);
        int consumed = 0;
        SipFrameOutcome outcome;
        while ((outcome = SipFramer.TryFrame(bytes[consumed..], _options.Limits, out int length)) is
            SipFrameOutcome.Message or SipFrameOutcome.Ping or SipFrameOutcome.Pong)
        {
            Take(outcome, bytes.Slice(consumed, length));
            consumed += length;
        }
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        reader.AdvanceTo(buffer.GetPosition(consumed), buffer.End);
        if (consumed > 0)
            _messageStarted = 0;
        if (consumed < total && _messageStarted == 0)
            _messageStarted = Environment.TickCount64;
        return outcome == SipFrameOutcome.NeedMore;
    }

    private void Take(SipFrameOutcome outcome, ReadOnlySpan<byte> bytes)
    {
        // We send no pings, so a lone CRLF is half of the peer's.
        bool answer = outcome == SipFrameOutcome.Ping || (outcome == SipFrameOutcome.Pong && _halfPing);
        _halfPing = outcome == SipFrameOutcome.Pong && !_halfPing;
        if (outcome == SipFrameOutcome.Message)
        {
            _owner.Inbox.PostWire(bytes, _flow);
            return;
        }
        if (answer)
        {
            _owner.Counters.Add(SipCounter.KeepAlives);
            _queue.Writer.TryWrite((Pong, default));
        }
    }
}
