using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>What SRTP needs of an RTP header, small enough to stay in registers.</summary>
internal readonly struct RtpFields
{
    public readonly int Length_bytes;
    public readonly ushort SequenceNumber;
    public readonly uint Ssrc;

    private RtpFields(int length_bytes, ushort sequenceNumber, uint ssrc)
    {
        Length_bytes = length_bytes;
        SequenceNumber = sequenceNumber;
        Ssrc = ssrc;
    }

    /// <summary>False exactly when <see cref="RtpHeader.TryParse"/> says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpFields fields)
    {
        fields = default;
        if (packet.Length < RtpHeader.FixedLength_bytes || packet[0] >> 6 != 2)
            return false;
        int length = RtpHeader.FixedLength_bytes;
        if ((packet[0] & 0x1F) != 0)
        {
            length = FullLength_bytes(packet);
            if (length == 0)
                return false;
        }
        fields = new RtpFields(
            length, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), BinaryPrimitives.ReadUInt32BigEndian(packet[8..]));
        return true;
    }

    // 0 when malformed. Apart, so that the common header costs no room for the full one's fields.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int FullLength_bytes(ReadOnlySpan<byte> packet) =>
        RtpHeader.TryParse(packet, out RtpHeader header) ? header.Length_bytes : 0;
}
