using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Where the fields that follow the ciphertext lie, counted from its end.
/// AEAD (RFC 7714 8, 9; RFC 4771 2): SRTP <c>tag ‖ MKI ‖ [ROC]</c>, SRTCP <c>tag ‖ word ‖ MKI</c>.
/// AES-CM (RFC 3711 3.1, 3.4): SRTP <c>MKI ‖ tag</c>, SRTCP <c>word ‖ MKI ‖ tag</c>; in RCC mode 2 the ROC takes the first four
/// octets of the tag. The SRTCP word is <c>E ‖ index</c>.
/// </summary>
internal readonly record struct PacketTail
{
    public const int Roc_bytes = 4;
    public const int RtcpIndex_bytes = 4;
    public const uint EncryptedFlag = 0x8000_0000;
    public const uint MaxRtcpIndex = 0x7FFF_FFFF;

    /// <summary>Offset of the authentication tag.</summary>
    public int Tag { get; private init; }

    public int TagLength_bytes { get; private init; }

    /// <summary>Offset of the MKI.</summary>
    public int Mki { get; private init; }

    /// <summary>Offset of the ROC in SRTP, where it is carried, and of the word <c>E ‖ index</c> in SRTCP.</summary>
    public int Word { get; private init; }

    /// <summary>All that a packet gains.</summary>
    public int Length_bytes { get; private init; }

    public static PacketTail ForRtp(SrtpProfile profile, int mkiLength_bytes, bool rocPresent)
    {
        int tag = profile.RtpTagLength_bytes();
        int roc = rocPresent ? Roc_bytes : 0;
        return profile.IsAead()
            ? new PacketTail
            {
                Tag = 0,
                TagLength_bytes = tag,
                Mki = tag,
                Word = tag + mkiLength_bytes,
                Length_bytes = tag + mkiLength_bytes + roc,
            }
            : new PacketTail
            {
                Mki = 0,
                Word = mkiLength_bytes,
                Tag = mkiLength_bytes + roc,
                TagLength_bytes = tag - roc,
                Length_bytes = mkiLength_bytes + tag,
            };
    }

    public static PacketTail ForRtcp(SrtpProfile profile, int mkiLength_bytes)
    {
        int tag = profile.RtcpTagLength_bytes();
        int length = tag + RtcpIndex_bytes + mkiLength_bytes;
        return profile.IsAead()
            ? new PacketTail
            {
                Tag = 0,
                TagLength_bytes = tag,
                Word = tag,
                Mki = tag + RtcpIndex_bytes,
                Length_bytes = length,
            }
            : new PacketTail
            {
                Word = 0,
                Mki = RtcpIndex_bytes,
                Tag = RtcpIndex_bytes + mkiLength_bytes,
                TagLength_bytes = tag,
                Length_bytes = length,
            };
    }

    public static bool TryReadMki(
        ReadOnlySpan<byte> packet, SrtpPolicy policy, int mkiLength_bytes, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        if (!RtpHeader.TryParse(packet, out RtpHeader header))
            return false;
        PacketTail tail = ForRtp(policy.Profile, mkiLength_bytes, policy.CarriesRoc(header.SequenceNumber));
        return TryReadMki(packet, header.Length_bytes, tail, mkiLength_bytes, out mki);
    }

    public static bool TryReadAeadMki(
        ReadOnlySpan<byte> packet, int mkiLength_bytes, bool rocPresent, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        return RtpHeader.TryParse(packet, out RtpHeader header) &&
            TryReadMki(
                packet, header.Length_bytes, ForRtp(SrtpProfile.AeadAes128Gcm, mkiLength_bytes, rocPresent), mkiLength_bytes,
                out mki);
    }

    public static bool TryReadRtcpMki(
        ReadOnlySpan<byte> packet, SrtpProfile profile, int mkiLength_bytes, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        return RtcpHeader.TryParse(packet, out _) &&
            TryReadMki(packet, RtcpHeader.Length_bytes, ForRtcp(profile, mkiLength_bytes), mkiLength_bytes, out mki);
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

    private static bool TryReadMki(
        ReadOnlySpan<byte> packet, int headerLength_bytes, PacketTail tail, int mkiLength_bytes, out ReadOnlySpan<byte> mki)
    {
        mki = default;
        int plainLength = packet.Length - tail.Length_bytes;
        if (plainLength < headerLength_bytes)
            return false;
        mki = packet.Slice(plainLength + tail.Mki, mkiLength_bytes);
        return true;
    }
}
