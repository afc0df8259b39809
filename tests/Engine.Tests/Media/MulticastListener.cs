using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>Listens to an administratively scoped group nobody else is likely to use, on the loopback interface.</summary>
internal sealed class MulticastListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public MulticastListener()
    {
        var group = new IPAddress([239, 255, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(1, 255)]);
        _socket.ReceiveTimeout = (int)LoopbackClient.Patience.TotalMilliseconds;
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        _socket.SetSocketOption(
            SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, IPAddress.Loopback));
        Address = new IPEndPoint(group, ((IPEndPoint)_socket.LocalEndPoint!).Port);
    }

    public IPEndPoint Address { get; }

    public byte[] Receive() => LoopbackClient.Receive(_socket);

    public void Dispose() => _socket.Dispose();
}
