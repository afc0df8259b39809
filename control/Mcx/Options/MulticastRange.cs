using System.Net;

namespace MediaEngine.Mcx;

/// <summary>Multicast addresses for bearers: <paramref name="Count"/> IPv4 addresses from <paramref name="First"/> on, one port.</summary>
public sealed record MulticastRange(IPAddress First, int Count, int Port, int TimeToLive);
