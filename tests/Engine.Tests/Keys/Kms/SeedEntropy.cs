using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests;

/// <summary>Entropy out of a seed, for several threads.</summary>
internal sealed class SeedEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    public void Fill(Span<byte> destination)
    {
        lock (_lock)
            _random.NextBytes(destination);
    }
}
