using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>
/// A bound UDP socket used through its descriptor. The handle is held by reference count: a Socket nobody references any
/// more is finalised, and its descriptor closed under the loop that still polls it.
/// </summary>
internal sealed class UdpEndpoint : IDisposable
{
    private const int SOL_IP = 0;
    private const int IP_TOS = 1;

    /// <summary>DSCP EF, the per-hop behaviour of voice (RFC 3246).</summary>
    private const int ExpeditedForwarding = 0xB8;

    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private bool _disposed;

    /// <summary>Throws <see cref="SocketException"/>.</summary>
    public UdpEndpoint(IPEndPoint local, int buffer_bytes)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.ReceiveBufferSize = buffer_bytes;
            _socket.SendBufferSize = buffer_bytes;
            SetRaw(IP_TOS, ExpeditedForwarding);
            _socket.Bind(local);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _handle = _socket.SafeHandle;
        bool held = false;
        _handle.DangerousAddRef(ref held);
        Descriptor = (int)_handle.DangerousGetHandle();
    }

    public int Descriptor { get; }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Directs multicast to an interface. Loops back, so that receivers on this machine hear it too.</summary>
    public void SetMulticast(IPAddress @interface, int timeToLive)
    {
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, @interface.GetAddressBytes());
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, timeToLive);
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, true);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _handle.DangerousRelease();
        _socket.Dispose();
    }

    private void SetRaw(int option, int value) =>
        _socket.SetRawSocketOption(SOL_IP, option, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));
}
