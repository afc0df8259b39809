using System.Buffers.Binary;
using System.Net;

namespace MediaEngine.Media;

/// <summary>What can be a bearer here.</summary>
internal static class MulticastAddresses
{
    /// <summary>Why not; null when the addresses can be used.</summary>
    public static string? Check(MulticastSubchannel subchannel)
    {
        MulticastBearer bearer = subchannel.Bearer;
        foreach (IPEndPoint group in (ReadOnlySpan<IPEndPoint>)[subchannel.Media, subchannel.Floor, bearer.GeneralPurpose])
        {
            if (!SocketAddressKey.TryFrom(group, out SocketAddressKey key) || key.InternetAddress >> 28 != 0xE || key.Port == 0)
                return $"{group} is not an IPv4 multicast address with a port";
        }
        if (!subchannel.Media.Address.Equals(subchannel.Floor.Address))
            return "media and floor control of a subchannel have one address";
        Span<byte> octets = stackalloc byte[4];
        if (!bearer.Interface.TryWriteBytes(octets, out int length) || length != 4 || BinaryPrimitives.ReadUInt32BigEndian(octets) == 0)
            return $"{bearer.Interface} is not the IPv4 address of an interface";
        return bearer.TimeToLive is < 1 or > 255 ? $"time to live {bearer.TimeToLive} is not 1 to 255" : null;
    }
}
