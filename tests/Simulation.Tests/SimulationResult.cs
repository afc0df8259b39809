using MediaEngine.Rtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>What a run came to.</summary>
internal sealed record SimulationResult(ulong TraceHash, long Steps, long Forwarded_packets, int Promises, Instant End);
