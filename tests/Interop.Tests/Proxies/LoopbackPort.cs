using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Interop.Tests;

/// <summary>Ports of 127.0.0.1 for programs that must be told theirs.</summary>
internal static class LoopbackPort
{
    /// <summary>Free for UDP and TCP.</summary>
    public static IPEndPoint Free()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                udp.Bind(tcp.LocalEndPoint!);
                return (IPEndPoint)tcp.LocalEndPoint!;
            }
            catch (SocketException)
            {
                // Another has it for UDP.
            }
        }
    }

    /// <summary>Somebody takes TCP connections there.</summary>
    public static async Task<bool> ListensAsync(IPEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // From another address, or a port that nobody listens at yet may connect to itself.
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        try
        {
            await socket.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
