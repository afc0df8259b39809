using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>
/// One UDP socket: a thread that receives, and sends from the stack's thread. The thread pool would spin and switch for each datagram,
/// which cost more than all that is done with it.
/// </summary>
internal sealed class UdpTransport : IDisposable
{
    private const int Buffer_bytes = 65536;
    private const int SocketBuffer_bytes = 4 * 1024 * 1024;

    /// <summary>
    /// So many come in one round only in a rush: then they are taken a thousand times a second, since to wake this thread and two behind
    /// it for each costs more than what is done with it.
    /// </summary>
    private const int Rush_datagrams = 8;

    private const int RushPause_ms = 1;
    private readonly Socket _socket;
    private readonly StackInbox _inbox;
    private readonly SipCounters _counters;
    private readonly ISipTap? _tap;
    private readonly Thread _thread;
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
            SetReceiveBuffer(_socket);
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
        _thread = new Thread(Receive) { IsBackground = true, Name = "sip-udp" };
    }

    public IPEndPoint Local { get; }

    /// <summary>With the bound port.</summary>
    public SipListen Listener { get; }

    public void Start() => _thread.Start();

    public bool TrySend(ReadOnlyMemory<byte> bytes, IPEndPoint remote)
    {
        _tap?.Sent(new SipFlow(SipTransportKind.Udp, Local, remote, 0), bytes.Span);
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
        return true;
    }

    // A pause of the collector shall cost no datagram. Who may (CAP_NET_ADMIN) goes past the system's limit, net.core.rmem_max.
    private static void SetReceiveBuffer(Socket socket)
    {
        const int SOL_SOCKET = 1, SO_RCVBUFFORCE = 33;
        Span<byte> size = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(size, SocketBuffer_bytes);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(SOL_SOCKET, SO_RCVBUFFORCE, size);
                return;
            }
        }
        catch (SocketException)
        {
        }
        socket.ReceiveBufferSize = SocketBuffer_bytes;
    }

    public void Close()
    {
        _closing = true;
        _socket.Dispose();
    }

    public void Dispose()
    {
        Close();
        if (_thread.IsAlive)
            _thread.Join();
    }

    private void Receive()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Buffer_bytes, pinned: true);
        var source = new SocketAddress(_socket.AddressFamily);
        var template = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        int inRound = 0;
        while (!_closing)
        {
            try
            {
                if (inRound > 0 && _socket.Available == 0)
                {
                    if (inRound >= Rush_datagrams)
                        Thread.Sleep(RushPause_ms);
                    inRound = 0;
                }
                inRound++;
                int length = _socket.ReceiveFrom(buffer, SocketFlags.None, source);
                var flow = new SipFlow(SipTransportKind.Udp, Local, (IPEndPoint)template.Create(source), 0);
                _counters.Add(SipCounter.DatagramsReceived);
                _tap?.Received(flow, buffer.AsSpan(0, length));
                // Its scope is ours alone: no Via or Contact could name it.
                if (flow.Remote.Address.IsIPv6LinkLocal)
                    _counters.Add(SipCounter.SourceRefused);
                else
                    _inbox.PostWire(buffer.AsSpan(0, length), flow);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_closing)
                    return;
                _counters.Add(SipCounter.ReceiveErrors);
                // A socket in trouble must not spin.
                Thread.Sleep(10);
            }
        }
    }
}
