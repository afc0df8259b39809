namespace MediaEngine.Simulation.Tests;

/// <summary>What a media packet's key stream depends on.</summary>
internal readonly record struct MediaNonce(ulong Mki, uint Ssrc, ulong Index);
