using MediaEngine.Rtp;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Repeatable chance.</summary>
internal sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
