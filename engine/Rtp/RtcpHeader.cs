using System.Buffers.Binary;

namespace MediaEngine.Rtp;

/// <summary>The eight octets every RTCP packet starts with (RFC 3550 6.4-6.7).</summary>
public readonly record struct RtcpHeader
{
    public const int Length_bytes = 8;

    /// <summary>Packet type of application-defined packets (RFC 3550 6.7).</summary>
    public const byte ApplicationDefined = 204;

    public bool Padding { get; init; }

    /// <summary>Report count, or the subtype of an APP packet: 0..31.</summary>
    public byte CountOrSubtype { get; init; }

    public byte PacketType { get; init; }

    /// <summary>The whole packet, header included, in octets: 4 * (length field + 1).</summary>
    public int PacketLength_bytes { get; init; }

    public uint Ssrc { get; init; }

    /// <summary>Reads the header of the first packet. False when truncated, not version 2 or not an RTCP packet type.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtcpHeader header)
    {
        header = default;
        if (packet.Length < Length_bytes || packet[0] >> 6 != 2 || packet[1] is < 192 or > 223)
            return false;
        header = new RtcpHeader
        {
            Padding = (packet[0] & 0x20) != 0,
            CountOrSubtype = (byte)(packet[0] & 0x1F),
            PacketType = packet[1],
            PacketLength_bytes = 4 * (BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) + 1),
            Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
        };
        return true;
    }

    /// <summary>Writes the header; <see cref="PacketLength_bytes"/> must be a multiple of 4.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)(0x80 | (Padding ? 0x20 : 0) | CountOrSubtype & 0x1F);
        destination[1] = PacketType;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(PacketLength_bytes / 4 - 1));
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Ssrc);
    }
}
