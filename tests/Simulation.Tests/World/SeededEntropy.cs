using MediaEngine.Rtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>The octets a node draws, a function of the seed alone.</summary>
internal sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    public uint NextUInt32()
    {
        Span<byte> octets = stackalloc byte[4];
        Fill(octets);
        return BitConverter.ToUInt32(octets) | 1;
    }

    public string NextToken() => $"{NextUInt32():x8}{NextUInt32():x8}";
}
