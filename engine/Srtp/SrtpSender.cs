using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Protects RTP and RTCP under one master key at a time, for several SSRCs. One thread. No index is ever used twice under
/// a key; the caller's duty is that no other sender uses the same SSRC under the same key.
/// </summary>
public sealed class SrtpSender : IDisposable
{
    // A warning comes when a sixteenth of a key's packets is left.
    private const int WarningShift = 4;

    private readonly SrtpPolicy _policy;
    private StreamTable<SendStream> _streams;
    private SendKeyRing _ring = new();
    private PacketTails _tails;
    private ulong _highestIndex;
    private uint _highestRtcpIndex;
    private bool _disposed;

    /// <exception cref="ArgumentException">Key and policy have different profiles, or the policy is out of range.</exception>
    public SrtpSender(SrtpMasterKey key, SrtpPolicy policy)
        : this(key, policy, SrtpKeyLifetime.Unlimited)
    {
    }

    /// <summary>As above; nothing is protected until <see cref="Advance(Instant)"/> has reached the key's activation.</summary>
    public SrtpSender(SrtpMasterKey key, SrtpPolicy policy, SrtpKeyLifetime lifetime)
    {
        policy.Check(key);
        _policy = policy;
        _tails = PacketTails.For(policy, key.Mki.Length);
        _ring.Add(new SendKey(SessionKeys.Derive(key, policy.KeyDerivationRate), key.Mki, lifetime));
    }

    internal SrtpSender(SessionKeys keys, ReadOnlySpan<byte> mki, SrtpPolicy policy)
    {
        policy.Check();
        _policy = policy;
        _tails = PacketTails.For(policy, mki.Length);
        _ring.Add(new SendKey(keys, mki, SrtpKeyLifetime.Unlimited));
    }

    /// <summary>No packet, RTP or RTCP, grows by more.</summary>
    public int MaxOverhead_bytes => _tails.Longest_bytes;

    /// <summary>MKI of the key in force; empty when none is, or when the stream has no MKI.</summary>
    public ReadOnlySpan<byte> CurrentMki => _ring.Current is { } key ? key.Mki : [];

    /// <summary>Keys in the ring.</summary>
    public int KeyCount => _ring.Count;

    /// <summary>When <see cref="Advance(Instant)"/> is due next: a key's activation or expiry.</summary>
    public Instant NextDeadline => _ring.NextDeadline;

    /// <summary>
    /// Less than a sixteenth is left of the packets the key in force may protect (RFC 3711 9.2: 2^48 SRTP, 2^31 SRTCP), or of
    /// the indexes of some SSRC: re-key soon, and replace an SSRC whose SRTCP indexes end.
    /// </summary>
    public bool NearKeyLimit =>
        IsNear(Math.Max(_highestIndex, _ring.Current?.RtpPackets ?? 0), ExtendedSequence.MaxIndex) ||
        IsNear(Math.Max(_highestRtcpIndex, _ring.Current?.RtcpPackets ?? 0), PacketTail.MaxRtcpIndex);

    /// <summary>Protects the RTP packet in <c>buffer[..length]</c>. Octets the packet gains follow it in the buffer.</summary>
    public SrtpOutcome Protect(Span<byte> buffer, int length, out int protectedLength)
    {
        protectedLength = 0;
        SrtpOutcome outcome = Claim(buffer[..length], buffer.Length, out RtpClaim claim);
        if (outcome != SrtpOutcome.Ok)
            return outcome;
        ref readonly PacketTail tail = ref _tails.Rtp(claim.CarriesRoc);
        claim.Session.SealRtp(
            claim.Ssrc, claim.Index, buffer[..length], claim.Header_bytes,
            buffer.Slice(length + tail.Tag, tail.TagLength_bytes));
        WriteTail(buffer[length..], claim);
        protectedLength = length + tail.Length_bytes;
        return SrtpOutcome.Ok;
    }

    /// <summary>Protects an RTP packet into memory apart from it.</summary>
    public SrtpOutcome Protect(ReadOnlySpan<byte> packet, Span<byte> destination, out int protectedLength)
    {
        protectedLength = 0;
        if (destination.Length < packet.Length)
            return SrtpOutcome.BufferTooSmall;
        packet.CopyTo(destination);
        return Protect(destination, packet.Length, out protectedLength);
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
        ref readonly PacketTail layout = ref _tails.Rtcp;
        int total = length + layout.Length_bytes;
        if (total > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (_ring.Current is not { } key)
            return SrtpOutcome.NoActiveKey;
        if (!TryFindStream(header.Ssrc, out SendStream? stream))
            return SrtpOutcome.StreamLimit;
        if (stream.HighestRtcpIndex >= PacketTail.MaxRtcpIndex || key.RtcpPackets > PacketTail.MaxRtcpIndex)
            return SrtpOutcome.IndexExhausted;
        if (stream.HighestRtcpIndex >= stream.RtcpIndexLimit)
            return SrtpOutcome.IndexNotReserved;

        uint index = ++stream.HighestRtcpIndex;
        _highestRtcpIndex = Math.Max(_highestRtcpIndex, index);
        key.RtcpPackets++;
        uint word = PacketTail.EncryptedFlag | index;
        Span<byte> tail = buffer[length..];
        key.Session.Rtcp(index).SealRtcp(
            header.Ssrc, word, buffer[..length], tail.Slice(layout.Tag, layout.TagLength_bytes));
        key.Session.KeepRtcp();
        BinaryPrimitives.WriteUInt32BigEndian(tail[layout.Word..], word);
        key.WriteMki(tail[layout.Mki..]);
        protectedLength = total;
        return SrtpOutcome.Ok;
    }

    /// <summary>Protects an RTCP packet into memory apart from it.</summary>
    public SrtpOutcome ProtectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination, out int protectedLength)
    {
        protectedLength = 0;
        if (destination.Length < packet.Length)
            return SrtpOutcome.BufferTooSmall;
        packet.CopyTo(destination);
        return ProtectRtcp(destination, packet.Length, out protectedLength);
    }

    /// <summary>
    /// Goes on under another master key at once, and drops every other. ROC and SRTCP index of every SSRC run on
    /// (RFC 3711 3.3.1, 3.4); the packet limits start anew.
    /// </summary>
    public void Rekey(SrtpMasterKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _policy.Check(key);
        var next = new SendKey(SessionKeys.Derive(key, _policy.KeyDerivationRate), key.Mki, SrtpKeyLifetime.Unlimited);
        _tails = PacketTails.For(_policy, key.Mki.Length);
        _ring.Replace(next);
    }

    /// <summary>
    /// Adds a key for later. <see cref="Advance(Instant)"/> puts it in force when its activation comes; indexes run on.
    /// False when the ring holds <see cref="SrtpPolicy.MaxKeys"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Another profile, or another MKI length, than the sender's.</exception>
    public bool TryAddKey(SrtpMasterKey key, SrtpKeyLifetime lifetime)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _policy.Check(key);
        if (key.Mki.Length != _tails.MkiLength_bytes)
            throw new ArgumentException($"The sender's MKIs have {_tails.MkiLength_bytes} octets.", nameof(key));
        if (_ring.Count >= _policy.MaxKeys)
            return false;
        _ring.Add(new SendKey(SessionKeys.Derive(key, _policy.KeyDerivationRate), key.Mki, lifetime));
        return true;
    }

    /// <summary>Puts the key activated last in force; zeroes and drops the expired ones.</summary>
    public void Advance(Instant now)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ring.Advance(now);
    }

    /// <summary>
    /// Reserves the next <paramref name="count"/> SRTP indexes of an SSRC, and binds the SSRC to reservations from here on:
    /// past the mark, packets are refused with <see cref="SrtpOutcome.IndexNotReserved"/>. Store the mark durably before
    /// sending, and a restarted sender that resumes after it (<see cref="TryResume"/>) repeats no index. Before an SSRC's first
    /// packet say with <see cref="TryResume"/> where it begins, or the mark must allow for any first sequence number.
    /// </summary>
    /// <returns>Ok, or StreamLimit when there is no room for another SSRC.</returns>
    public SrtpOutcome ReserveIndexes(uint ssrc, uint count, out ulong highWaterMark)
    {
        highWaterMark = 0;
        if (!TryFindStream(ssrc, out SendStream? stream))
            return SrtpOutcome.StreamLimit;
        // The first index is the first packet's sequence number, which is not known yet.
        ulong used = stream.HighestIndex < 0 ? ushort.MaxValue : (ulong)stream.HighestIndex;
        highWaterMark = Math.Min(used + count, ExtendedSequence.MaxIndex);
        if (stream.IndexLimit != ulong.MaxValue)
            highWaterMark = Math.Max(highWaterMark, stream.IndexLimit);
        stream.IndexLimit = highWaterMark;
        return SrtpOutcome.Ok;
    }

    /// <summary>As <see cref="ReserveIndexes"/>, for SRTCP.</summary>
    public SrtpOutcome ReserveRtcpIndexes(uint ssrc, uint count, out uint highWaterMark)
    {
        highWaterMark = 0;
        if (!TryFindStream(ssrc, out SendStream? stream))
            return SrtpOutcome.StreamLimit;
        highWaterMark = (uint)Math.Min((ulong)stream.HighestRtcpIndex + count, PacketTail.MaxRtcpIndex);
        if (stream.RtcpIndexLimit != uint.MaxValue)
            highWaterMark = Math.Max(highWaterMark, stream.RtcpIndexLimit);
        stream.RtcpIndexLimit = highWaterMark;
        return SrtpOutcome.Ok;
    }

    /// <summary>
    /// Lets the SRTP indexes of an SSRC go on at <paramref name="nextIndex"/> (1..2^48-1), one past those a former run may
    /// have used under this key. Its low 16 bits are the sequence number to go on with. False when it has been passed
    /// already or there is no room for another SSRC.
    /// </summary>
    public bool TryResume(uint ssrc, ulong nextIndex)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nextIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nextIndex, ExtendedSequence.MaxIndex);
        if (!TryFindStream(ssrc, out SendStream? stream) || stream.HighestIndex >= (long)nextIndex)
            return false;
        stream.HighestIndex = (long)nextIndex - 1;
        return true;
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
        _ring.Dispose();
    }

    /// <summary>Checks a packet and claims its index. <paramref name="room_bytes"/> is the room for packet and tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SrtpOutcome Claim(ReadOnlySpan<byte> packet, int room_bytes, out RtpClaim claim)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        claim = default;
        if (!RtpFields.TryParse(packet, out RtpFields header))
            return SrtpOutcome.Malformed;
        bool roc = _policy.CarriesRoc(header.SequenceNumber);
        if (packet.Length + _tails.Rtp(roc).Length_bytes > room_bytes)
            return SrtpOutcome.BufferTooSmall;
        if (_ring.Current is not { } key)
            return SrtpOutcome.NoActiveKey;
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
        if ((ulong)index > ExtendedSequence.MaxIndex || key.RtpPackets > ExtendedSequence.MaxIndex)
            return SrtpOutcome.IndexExhausted;
        if ((ulong)index > stream.IndexLimit)
            return SrtpOutcome.IndexNotReserved;

        stream.HighestIndex = index;
        _highestIndex = Math.Max(_highestIndex, (ulong)index);
        key.RtpPackets++;
        claim = new RtpClaim(key.Session.Rtp((ulong)index), header.Ssrc, (ulong)index, header.Length_bytes, roc);
        key.Session.KeepRtp();
        return SrtpOutcome.Ok;
    }

    internal ref readonly PacketTail RtpTail(bool carriesRoc) => ref _tails.Rtp(carriesRoc);

    /// <summary>Writes MKI and ROC behind a sealed packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteTail(Span<byte> destination, in RtpClaim claim)
    {
        ref readonly PacketTail tail = ref _tails.Rtp(claim.CarriesRoc);
        _ring.Current!.WriteMki(destination[tail.Mki..]);
        if (claim.CarriesRoc)
            BinaryPrimitives.WriteUInt32BigEndian(destination[tail.Word..], (uint)(claim.Index >> 16));
    }

    /// <summary>For tests of the limits: as if this many packets had been sent under the key, the last with this index.</summary>
    internal void SkipTo(uint ssrc, ulong highestIndex, ulong rtpPackets, ulong rtcpPackets)
    {
        if (!TryFindStream(ssrc, out SendStream? stream))
            throw new InvalidOperationException("No room for another SSRC.");
        stream.HighestIndex = (long)highestIndex;
        _highestIndex = highestIndex;
        _ring.Current!.RtpPackets = rtpPackets;
        _ring.Current.RtcpPackets = rtcpPackets;
    }

    private static bool IsNear(ulong used, ulong limit) => used >= limit - (limit >> WarningShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFindStream(uint ssrc, [NotNullWhen(true)] out SendStream? stream) =>
        _streams.TryGetValue(ssrc, out stream) || TryAddStream(ssrc, out stream);

    [MethodImpl(MethodImplOptions.NoInlining)]
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
