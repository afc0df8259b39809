using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>The same octets in every run.</summary>
internal sealed class MikeyEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
