using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Protects RTP and RTCP in place under one master key, for several SSRCs. One thread. No index is ever used twice under
/// a key; the caller's duty is that no other sender uses the same SSRC under the same key.
/// </summary>
public sealed class SrtpSender : IDisposable
{
    private readonly SrtpPolicy _policy;
    private readonly StreamTable<SendStream> _streams = new();
    private SessionKeys _keys;
    private byte[] _mki;
    private ulong _rtpPackets;
    private ulong _rtcpPackets;
    private bool _disposed;

    /// <exception cref="ArgumentException">Key and policy have different profiles, or the policy is out of range.</exception>
    public SrtpSender(SrtpMasterKey key, SrtpPolicy policy)
    {
        policy.Check(key);
        _policy = policy;
        _keys = SessionKeys.Derive(key);
        _mki = key.Mki.ToArray();
    }

    internal SrtpSender(SessionKeys keys, ReadOnlySpan<byte> mki, SrtpPolicy policy)
    {
        policy.Check();
        _policy = policy;
        _keys = keys;
        _mki = mki.ToArray();
    }

    /// <summary>No packet, RTP or RTCP, grows by more.</summary>
    public int MaxOverhead_bytes => PacketCipher.Tag_bytes + PacketTail.RtcpIndex_bytes + _mki.Length;

    /// <summary>Protects the RTP packet in <c>buffer[..length]</c>. Octets the packet gains follow it in the buffer.</summary>
    public SrtpOutcome Protect(Span<byte> buffer, int length, out int protectedLength)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        protectedLength = 0;
        if (!RtpFields.TryParse(buffer[..length], out RtpFields header))
            return SrtpOutcome.Malformed;
        bool roc = _policy.CarriesRoc(header.SequenceNumber);
        int total = length + PacketCipher.Tag_bytes + _mki.Length + (roc ? PacketTail.Roc_bytes : 0);
        if (total > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (!TryFindStream(header.Ssrc, out SendStream? stream))
            return SrtpOutcome.StreamLimit;
        long index = header.SequenceNumber;
        if (stream.HighestIndex >= 0)
        {
            int distance = ExtendedSequence.Distance((ushort)stream.HighestIndex, header.SequenceNumber);
            if (distance <= 0)
                return SrtpOutcome.IndexNotIncreasing;
            index = stream.HighestIndex + distance;
        }
        if ((ulong)index > ExtendedSequence.MaxIndex || _rtpPackets > ExtendedSequence.MaxIndex)
            return SrtpOutcome.IndexExhausted;

        stream.HighestIndex = index;
        _rtpPackets++;
        _keys.Rtp.Seal(
            header.Ssrc, (ulong)index, buffer[..header.Length_bytes], buffer[header.Length_bytes..length],
            buffer.Slice(length, PacketCipher.Tag_bytes));
        int end = length + PacketCipher.Tag_bytes;
        _mki.CopyTo(buffer[end..]);
        if (roc)
            BinaryPrimitives.WriteUInt32BigEndian(buffer[(end + _mki.Length)..], (uint)(index >> 16));
        protectedLength = total;
        return SrtpOutcome.Ok;
    }

    /// <summary>
    /// Protects the RTCP packet (compound, or one APP message alone) in <c>buffer[..length]</c>, always encrypted (E = 1).
    /// </summary>
    public SrtpOutcome ProtectRtcp(Span<byte> buffer, int length, out int protectedLength)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        protectedLength = 0;
        if (!RtcpHeader.TryParse(buffer[..length], out RtcpHeader header))
            return SrtpOutcome.Malformed;
        int total = length + PacketCipher.Tag_bytes + PacketTail.RtcpIndex_bytes + _mki.Length;
        if (total > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (!TryFindStream(header.Ssrc, out SendStream? stream))
            return SrtpOutcome.StreamLimit;
        if (stream.HighestRtcpIndex >= PacketTail.MaxRtcpIndex || _rtcpPackets > PacketTail.MaxRtcpIndex)
            return SrtpOutcome.IndexExhausted;

        uint index = ++stream.HighestRtcpIndex;
        _rtcpPackets++;
        Span<byte> associatedData = stackalloc byte[RtcpHeader.Length_bytes + PacketTail.RtcpIndex_bytes];
        buffer[..RtcpHeader.Length_bytes].CopyTo(associatedData);
        Span<byte> word = associatedData[RtcpHeader.Length_bytes..];
        BinaryPrimitives.WriteUInt32BigEndian(word, PacketTail.EncryptedFlag | index);
        _keys.Rtcp.Seal(
            header.Ssrc, index, associatedData, buffer[RtcpHeader.Length_bytes..length],
            buffer.Slice(length, PacketCipher.Tag_bytes));
        int end = length + PacketCipher.Tag_bytes;
        word.CopyTo(buffer[end..]);
        _mki.CopyTo(buffer[(end + PacketTail.RtcpIndex_bytes)..]);
        protectedLength = total;
        return SrtpOutcome.Ok;
    }

    /// <summary>
    /// Goes on under another master key. ROC and SRTCP index of every SSRC run on (RFC 3711 3.3.1, 3.4); the packet limits
    /// start anew.
    /// </summary>
    public void Rekey(SrtpMasterKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _policy.Check(key);
        SessionKeys next = SessionKeys.Derive(key);
        _keys.Dispose();
        _keys = next;
        _mki = key.Mki.ToArray();
        _rtpPackets = 0;
        _rtcpPackets = 0;
    }

    /// <summary>
    /// Lets the SRTCP indexes of an SSRC go on after those a former run may have used under this key. False when
    /// <paramref name="nextIndex"/> (1..2^31-1) has been passed already or there is no room for another SSRC.
    /// </summary>
    public bool TryResumeRtcp(uint ssrc, uint nextIndex)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nextIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nextIndex, PacketTail.MaxRtcpIndex);
        if (!TryFindStream(ssrc, out SendStream? stream) || stream.HighestRtcpIndex >= nextIndex)
            return false;
        stream.HighestRtcpIndex = nextIndex - 1;
        return true;
    }

    public void Dispose()
    {
        _disposed = true;
        _keys.Dispose();
    }

    /// <summary>For tests of the limits: as if this many packets had been sent under the key, the last with this index.</summary>
    internal void Advance(uint ssrc, ulong highestIndex, ulong rtpPackets, ulong rtcpPackets)
    {
        if (!TryFindStream(ssrc, out SendStream? stream))
            throw new InvalidOperationException("No room for another SSRC.");
        stream.HighestIndex = (long)highestIndex;
        _rtpPackets = rtpPackets;
        _rtcpPackets = rtcpPackets;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFindStream(uint ssrc, [NotNullWhen(true)] out SendStream? stream) =>
        _streams.TryGetValue(ssrc, out stream) || TryAddStream(ssrc, out stream);

    private bool TryAddStream(uint ssrc, [NotNullWhen(true)] out SendStream? stream)
    {
        stream = null;
        if (_streams.Count >= _policy.MaxStreams)
            return false;
        stream = new SendStream();
        _streams.Add(ssrc, stream);
        return true;
    }
}
