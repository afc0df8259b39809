using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Media;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A client with two UDP sockets on the loopback interface.</summary>
internal sealed class LoopbackClient : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _audio = Bound();
    private readonly Socket _floor = Bound();

    public LoopbackClient(int number) =>
        Client = new TestClient(number, (IPEndPoint)_audio.LocalEndPoint!, (IPEndPoint)_floor.LocalEndPoint!);

    public TestClient Client { get; }

    public void SendAudio(byte[] packet, MediaEndpoints to) => _audio.SendTo(packet, to.Audio);

    public void SendFloorDatagram(byte[] datagram, MediaEndpoints to) => _floor.SendTo(datagram, to.Floor);

    public void SendFloor(FloorMessageType type, MediaEndpoints to) => SendFloorDatagram(Client.FloorPacket(type), to);

    public byte[] ReceiveAudio() => Receive(_audio);

    /// <summary>The next message that is not Floor Idle, which repeats on a timer of its own.</summary>
    public FloorMessageType ReceiveFloor()
    {
        FloorMessageType type;
        do
            type = Client.OpenFloorType(Receive(_floor));
        while (type == FloorMessageType.Idle);
        return type;
    }

    /// <summary>Waits for a Floor Idle; other messages before it pass by.</summary>
    public void ReceiveIdle()
    {
        while (Client.OpenFloorType(Receive(_floor)) != FloorMessageType.Idle)
        {
        }
    }

    public void Drain()
    {
        while (_floor.Available > 0)
            Receive(_floor);
    }

    public void Dispose()
    {
        _audio.Dispose();
        _floor.Dispose();
        Client.Dispose();
    }

    public static byte[] Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        int length = socket.Receive(buffer);
        return buffer[..length];
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
