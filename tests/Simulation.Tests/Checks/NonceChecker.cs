using System.Buffers.Binary;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// No (key, SSRC, index) protects two packets: with GCM that would give the plaintexts and the tag key away (RFC 7714 9.1). Read
/// from the wire, not from the senders.
/// </summary>
internal sealed class NonceChecker
{
    private const int Roc_bytes = 4;
    private const int Index_bytes = 4;

    private readonly HashSet<MediaNonce> _media = [];
    private readonly HashSet<(uint Mki, uint Ssrc, uint Index)> _control = [];

    public static MediaNonce ReadMedia(ReadOnlySpan<byte> packet)
    {
        if (!RtpHeader.TryParse(packet, out RtpHeader header) ||
            !SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> mki))
            throw new SimulationException("media that is no SRTP packet");
        uint rollovers = BinaryPrimitives.ReadUInt32BigEndian(packet[^Roc_bytes..]);
        return new MediaNonce(BinaryPrimitives.ReadUInt64BigEndian(mki), header.Ssrc, (ulong)rollovers << 16 | header.SequenceNumber);
    }

    public void MediaProtected(MediaNonce nonce)
    {
        if (!_media.Add(nonce))
            throw new SimulationException($"{nonce} protects a second media packet");
    }

    /// <summary>Gives what the SRTCP indexes count in: the CSK's MKI and the SSRC.</summary>
    public (uint Mki, uint Ssrc) ControlProtected(ReadOnlySpan<byte> packet)
    {
        if (!SrtpReceiver.TryReadRtcpMki(packet, ClientServerKey.Mki_bytes, out ReadOnlySpan<byte> octets))
            throw new SimulationException("floor control that is no SRTCP packet");
        uint index = BinaryPrimitives.ReadUInt32BigEndian(packet[^(ClientServerKey.Mki_bytes + Index_bytes)..]);
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        uint mki = BinaryPrimitives.ReadUInt32BigEndian(octets);
        if (!_control.Add((mki, ssrc, index)))
            throw new SimulationException($"SSRC {ssrc:x8} index {index:x8} protects a second floor control packet under one CSK");
        return (mki, ssrc);
    }
}
