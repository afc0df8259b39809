using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Numbers in the order given; the last one again and again.</summary>
internal sealed class FixedEntropy(params uint[] numbers) : IEntropy
{
    private int _next;

    public void Fill(Span<byte> destination)
    {
        for (; destination.Length >= sizeof(uint); destination = destination[sizeof(uint)..])
            BinaryPrimitives.WriteUInt32BigEndian(destination, numbers[Math.Min(_next++, numbers.Length - 1)]);
    }
}
