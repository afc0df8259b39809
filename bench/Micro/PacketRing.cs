using System.Buffers.Binary;

namespace MediaEngine.Bench.Micro;

/// <summary>The packets of a round: an RTP header and a payload each, a fixed stride apart, as in the yardsticks.</summary>
internal sealed class PacketRing
{
    public const int Header_bytes = 12;

    private const int Room_bytes = 48;

    private readonly byte[] _memory;
    private readonly int _packets;
    private ushort _sequence;

    public PacketRing(int payload_bytes, int packets)
    {
        Plain_bytes = Header_bytes + payload_bytes;
        Stride_bytes = (Plain_bytes + Room_bytes + 63) & ~63;
        _packets = packets;
        _memory = GC.AllocateArray<byte>(Stride_bytes * packets, pinned: true);
    }

    public int Plain_bytes { get; }

    public int Stride_bytes { get; }

    /// <summary>The packet's place with room for what protection adds.</summary>
    public Span<byte> this[int i] => _memory.AsSpan(i * Stride_bytes, Stride_bytes);

    /// <summary>All places from this one on.</summary>
    public Span<byte> From(int i) => _memory.AsSpan(i * Stride_bytes);

    /// <summary>Fills the ring with new plain packets.</summary>
    public void Prepare()
    {
        for (int i = 0; i < _packets; i++)
            Write(this[i]);
    }

    /// <summary>The stream's next plain packet.</summary>
    public void Write(Span<byte> packet)
    {
        ReadOnlySpan<byte> start = [0x80, 96, 0, 0, 0, 0, 0, 0, 0x0A, 0x0B, 0x0C, 0x0D];
        start.CopyTo(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], _sequence);
        packet[Header_bytes..Plain_bytes].Fill((byte)_sequence++);
    }
}
