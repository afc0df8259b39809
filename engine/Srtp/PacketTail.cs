using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// What follows the ciphertext. SRTP: <c>tag(16) ‖ MKI ‖ [ROC(4)]</c> (RFC 7714 8, RFC 4771 2);
/// SRTCP: <c>tag(16) ‖ E, index(4) ‖ MKI</c> (RFC 7714 9).
/// </summary>
internal static class PacketTail
{
    public const int Roc_bytes = 4;
    public const int RtcpIndex_bytes = 4;
    public const uint EncryptedFlag = 0x8000_0000;
    public const uint MaxRtcpIndex = 0x7FFF_FFFF;

    public static bool TryReadMki(
        ReadOnlySpan<byte> packet, int mkiLength_bytes, bool rocPresent, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        int after = rocPresent ? Roc_bytes : 0;
        if (!RtpHeader.TryParse(packet, out RtpHeader header) ||
            packet.Length < header.Length_bytes + PacketCipher.Tag_bytes + mkiLength_bytes + after)
            return false;
        mki = packet.Slice(packet.Length - after - mkiLength_bytes, mkiLength_bytes);
        return true;
    }

    public static bool TryReadRtcpMki(ReadOnlySpan<byte> packet, int mkiLength_bytes, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        if (!RtcpHeader.TryParse(packet, out _) ||
            packet.Length < RtcpHeader.Length_bytes + PacketCipher.Tag_bytes + RtcpIndex_bytes + mkiLength_bytes)
            return false;
        mki = packet[^mkiLength_bytes..];
        return true;
    }

    /// <summary>Whether <paramref name="mki"/> has this <see cref="MkiValue"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsMki(UInt128 value, ReadOnlySpan<byte> mki) => mki.Length switch
    {
        8 => BinaryPrimitives.ReadUInt64BigEndian(mki) == (ulong)value,
        4 => BinaryPrimitives.ReadUInt32BigEndian(mki) == (ulong)value,
        0 => true,
        _ => MkiValue(mki) == value,
    };

    /// <summary>An MKI as a dictionary key. Receivers know one length only, so zero padding keeps values apart.</summary>
    public static UInt128 MkiValue(ReadOnlySpan<byte> mki)
    {
        if (mki.Length == 8)
            return BinaryPrimitives.ReadUInt64BigEndian(mki);
        if (mki.Length == 4)
            return BinaryPrimitives.ReadUInt32BigEndian(mki);
        UInt128 value = 0;
        foreach (byte octet in mki)
            value = value << 8 | octet;
        return value;
    }
}
