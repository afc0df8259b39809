using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Sip;

/// <summary>Who counts as one source where something is limited per source.</summary>
internal static class SipSource
{
    private const int NetworkPrefix_bytes = 8;

    /// <summary>The address itself; for IPv6 its /64, all of which one sender can have.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        octets[NetworkPrefix_bytes..].Clear();
        return new IPAddress(octets);
    }
}
