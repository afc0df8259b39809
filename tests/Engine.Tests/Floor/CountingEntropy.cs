using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>1, 2, 3... so that references can be read in a test.</summary>
internal sealed class CountingEntropy : IEntropy
{
    private byte _next;

    public void Fill(Span<byte> destination)
    {
        destination.Clear();
        destination[^1] = ++_next;
    }
}
