using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Gives the values of a published example, each right-aligned in what is asked for.</summary>
internal sealed class GivenEntropy(params string[] hexValues) : IEntropy
{
    private int _next;

    public void Fill(Span<byte> destination)
    {
        byte[] value = Convert.FromHexString(hexValues[_next++]);
        destination.Clear();
        value.CopyTo(destination[(destination.Length - value.Length)..]);
    }
}
