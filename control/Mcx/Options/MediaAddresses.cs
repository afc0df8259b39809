using System.Net;

namespace MediaEngine.Mcx;

/// <summary>The two addresses that go into a session description.</summary>
public sealed record MediaAddresses(IPEndPoint Audio, IPEndPoint FloorControl);
