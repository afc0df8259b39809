using System.Net;

namespace MediaEngine.Media;

/// <summary>One multicast copy of the call's media.</summary>
/// <param name="Audio">Group address and port.</param>
/// <param name="Interface">Address of the sending interface (IP_MULTICAST_IF).</param>
/// <param name="TimeToLive">Routers the packet may pass, plus one: 1..255 (IP_MULTICAST_TTL).</param>
public sealed record MulticastBearer(IPEndPoint Audio, IPAddress Interface, int TimeToLive);
