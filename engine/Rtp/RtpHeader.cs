using System.Buffers.Binary;

namespace MediaEngine.Rtp;

/// <summary>A parsed RTP header (RFC 3550 5.1): fixed part, CSRC list and header extension.</summary>
public readonly record struct RtpHeader
{
    public const int FixedLength_bytes = 12;

    public bool Padding { get; init; }

    public bool Marker { get; init; }

    /// <summary>0..127.</summary>
    public byte PayloadType { get; init; }

    public ushort SequenceNumber { get; init; }

    public uint Timestamp { get; init; }

    public uint Ssrc { get; init; }

    /// <summary>Octets before the payload: 12 + 4 per CSRC + the header extension.</summary>
    public int Length_bytes { get; init; }

    /// <summary>Reads the header. False when the version is not 2 or the packet ends inside its header.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpHeader header)
    {
        header = default;
        if (packet.Length < FixedLength_bytes || packet[0] >> 6 != 2)
            return false;
        int length = FixedLength_bytes + 4 * (packet[0] & 0x0F);
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < length + 4)
                return false;
            length += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]);
        }
        if (packet.Length < length)
            return false;
        header = new RtpHeader
        {
            Padding = (packet[0] & 0x20) != 0,
            Marker = (packet[1] & 0x80) != 0,
            PayloadType = (byte)(packet[1] & 0x7F),
            SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            Timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
            Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]),
            Length_bytes = length,
        };
        return true;
    }

    /// <summary>The payload without padding (RFC 3550 5.1). False when the padding is longer than what is there, or is none.</summary>
    /// <param name="packet">The packet this header was read from, in clear.</param>
    /// <param name="payload">May be empty.</param>
    public bool TryReadPayload(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> payload)
    {
        payload = packet[Length_bytes..];
        if (!Padding)
            return true;
        int padding = payload.IsEmpty ? 0 : payload[^1];
        if (padding == 0 || padding > payload.Length)
            return false;
        payload = payload[..^padding];
        return true;
    }

    /// <summary>Writes the 12 fixed octets: no CSRC, no extension. Returns <see cref="FixedLength_bytes"/>.</summary>
    public int WriteFixed(Span<byte> destination)
    {
        destination[0] = (byte)(0x80 | (Padding ? 0x20 : 0));
        destination[1] = (byte)((Marker ? 0x80 : 0) | PayloadType & 0x7F);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Ssrc);
        return FixedLength_bytes;
    }
}
