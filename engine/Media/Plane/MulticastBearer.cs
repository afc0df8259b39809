using System.Net;

namespace MediaEngine.Media;

/// <summary>An IP multicast bearer: what calls share of it.</summary>
/// <param name="GeneralPurpose">Group address and port of the general purpose subchannel.</param>
/// <param name="Interface">Address of the sending interface (IP_MULTICAST_IF).</param>
/// <param name="TimeToLive">Routers the packet may pass, plus one: 1..255 (IP_MULTICAST_TTL).</param>
public sealed record MulticastBearer(IPEndPoint GeneralPurpose, IPAddress Interface, int TimeToLive);
