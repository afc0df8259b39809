using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Tool;

/// <summary>Sockets that listen to a multicast address and port on one interface.</summary>
internal static class GroupSocket
{
    /// <exception cref="ToolException">The group cannot be joined.</exception>
    public static Socket Join(IPEndPoint group, IPAddress on)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Several clients of one machine listen to one bearer.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            // Bound to the group on Linux, the socket gets nothing that was sent to another group on this port.
            socket.Bind(new IPEndPoint(OperatingSystem.IsLinux() ? group.Address : IPAddress.Any, group.Port));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group.Address, on));
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ToolException(
                $"cannot join {group} on {on} ({e.Message}); set multicast.interface in the profile to an address of this machine, " +
                "or multicast.enabled to false.", ToolExit.Usage, e);
        }
    }
}
