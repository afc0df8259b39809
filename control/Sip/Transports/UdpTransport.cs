using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Sip;

/// <summary>One UDP socket: a receive loop, and sends from the stack's thread.</summary>
internal sealed class UdpTransport : IAsyncDisposable
{
    private const int Buffer_bytes = 65536;
    private const int SocketBuffer_bytes = 4 * 1024 * 1024;
    private readonly Socket _socket;
    private readonly StackInbox _inbox;
    private readonly SipCounters _counters;
    private readonly ISipTap? _tap;
    private Task _loop = Task.CompletedTask;
    private volatile bool _closing;

    public UdpTransport(SipListen listener, StackInbox inbox, SipCounters counters, ISipTap? tap)
    {
        IPEndPoint listen = listener.EndPoint;
        _inbox = inbox;
        _counters = counters;
        _tap = tap;
        _socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.ReceiveBufferSize = SocketBuffer_bytes;
            _socket.SendBufferSize = SocketBuffer_bytes;
            _socket.Bind(listen);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Local = (IPEndPoint)_socket.LocalEndPoint!;
        Listener = listener with { EndPoint = Local };
    }

    public IPEndPoint Local { get; }

    /// <summary>With the bound port.</summary>
    public SipListen Listener { get; }

    public void Start() => _loop = Task.Run(ReceiveAsync);

    public bool TrySend(ReadOnlyMemory<byte> bytes, IPEndPoint remote)
    {
        try
        {
            _socket.SendTo(bytes.Span, SocketFlags.None, remote);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ArgumentException)
        {
            _counters.Add(SipCounter.SendErrors);
            return false;
        }
        _counters.Add(SipCounter.DatagramsSent);
        _tap?.Sent(new SipFlow(SipTransportKind.Udp, Local, remote, 0), bytes.Span);
        return true;
    }

    public void Close()
    {
        _closing = true;
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _loop.ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Buffer_bytes, pinned: true);
        var source = new SocketAddress(_socket.AddressFamily);
        var template = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_closing)
        {
            try
            {
                int length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, source).ConfigureAwait(false);
                var flow = new SipFlow(SipTransportKind.Udp, Local, (IPEndPoint)template.Create(source), 0);
                _counters.Add(SipCounter.DatagramsReceived);
                _tap?.Received(flow, buffer.AsSpan(0, length));
                // Its scope is ours alone: no Via or Contact could name it.
                if (flow.Remote.Address.IsIPv6LinkLocal)
                    _counters.Add(SipCounter.SourceRefused);
                else
                    _inbox.PostWire(buffer.AsSpan(0, length), flow);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (_closing)
                    return;
                _counters.Add(SipCounter.ReceiveErrors);
                // A socket in trouble must not spin.
                await Task.Delay(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
            }
        }
    }
}
