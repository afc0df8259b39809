using System.Net;

namespace MediaEngine.Simulation.Tests;

/// <summary>Where a group's call is to be heard on the bearer, and who said so.</summary>
internal sealed record SimMapping(uint Ssrc, IPEndPoint Media, IPEndPoint Floor);
