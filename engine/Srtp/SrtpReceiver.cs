using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Authenticates and decrypts SRTP and SRTCP under several keys told apart by MKI. One thread. Only packets whose tag
/// verified change anything. A destination may be the packet's own memory or must not overlap it; when the tag is wrong
/// the part of it that would hold the payload is zeroed.
/// </summary>
public sealed partial class SrtpReceiver : IDisposable
{
    private const int MaxRememberedSsrcs = 65536;

    private readonly SrtpPolicy _policy;
    private readonly Dictionary<UInt128, ReceiveKey> _keys = [];
    private readonly RolloverMemory _rollover;
    private readonly Dictionary<uint, ulong> _announced = [];
    private readonly PacketTails _tails;
    private ReceiveKey? _recentKey;
    private UInt128 _recentMki;
    private bool _disposed;

    /// <param name="policy">Must match the senders' profile and ROC rate.</param>
    /// <param name="mkiLength_bytes">0..16. The length is not on the wire: 8 for group media, 4 elsewhere (TS 33.180).</param>
    public SrtpReceiver(SrtpPolicy policy, int mkiLength_bytes)
    {
        policy.Check();
        ArgumentOutOfRangeException.ThrowIfNegative(mkiLength_bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mkiLength_bytes, SrtpProfileLengths.MaxMki_bytes);
        _policy = policy;
        _tails = PacketTails.For(policy, mkiLength_bytes);
        _rollover = new RolloverMemory((int)Math.Min((long)policy.MaxKeys * policy.MaxStreams, MaxRememberedSsrcs));
    }

    /// <summary>Keys in the ring.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>When <see cref="Advance"/> is due next: the earliest expiry of a key.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>False when the MKI is already there or the ring holds <see cref="SrtpPolicy.MaxKeys"/>.</summary>
    /// <exception cref="ArgumentException">Another profile, or another MKI length, than the receiver's.</exception>
    public bool TryAddKey(SrtpMasterKey key) => TryAddKey(key, SrtpKeyLifetime.Unlimited);

    /// <summary>
    /// As above; <see cref="Advance"/> removes and zeroes the key when it expires. Its activation binds senders only: theirs
    /// is the clock, so packets are accepted before it too.
    /// </summary>
    public bool TryAddKey(SrtpMasterKey key, SrtpKeyLifetime lifetime)
    {
        Check(key);
        UInt128 mki = PacketTail.MkiValue(key.Mki);
        if (_keys.Count >= _policy.MaxKeys || _keys.ContainsKey(mki))
            return false;
        _keys.Add(mki, new ReceiveKey(SessionKeys.Derive(key, _policy.KeyDerivationRate), lifetime.Expiry));
        NextDeadline = Instant.Earlier(NextDeadline, lifetime.Expiry);
        return true;
    }

    /// <summary>Removes and zeroes every expired key with its streams.</summary>
    public void Advance(Instant now)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        NextDeadline = Instant.Never;
        foreach ((UInt128 mki, ReceiveKey key) in _keys)
        {
            if (key.Expiry > now)
            {
                NextDeadline = Instant.Earlier(NextDeadline, key.Expiry);
                continue;
            }
            _keys.Remove(mki);
            _recentKey = null;
            key.Dispose();
        }
    }

    /// <summary>
    /// Says which ROC the next packet of an SSRC has, where signalling tells a late joiner. It replaces the estimate, not a
    /// carried ROC, until a packet authenticates with it. Near a wrap use <see cref="SetIndex"/>. False when as many SSRCs
    /// wait for their first packet as the policy allows streams.
    /// </summary>
    public bool SetRoc(uint ssrc, uint roc) => SetIndex(ssrc, (ulong)roc << 16 | 0x8000);

    /// <summary>As <see cref="SetRoc"/>: the next packet is the one nearest to this 48-bit index.</summary>
    public bool SetIndex(uint ssrc, ulong index)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, ExtendedSequence.MaxIndex);
        if (_announced.Count >= _policy.MaxStreams && !_announced.ContainsKey(ssrc))
            return false;
        _announced[ssrc] = index;
        return true;
    }

    /// <summary>Removes and zeroes a key with its streams. False when it was not there.</summary>
    public bool RemoveKey(ReadOnlySpan<byte> mki)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (mki.Length != _tails.MkiLength_bytes || !_keys.Remove(PacketTail.MkiValue(mki), out ReceiveKey? key))
            return false;
        _recentKey = null;
        key.Dispose();
        return true;
    }

    /// <summary>
    /// Reads the MKI of an SRTP packet of an AEAD profile; false when the packet is too short or no RTP. Unauthenticated.
    /// </summary>
    public static bool TryReadMki(
        ReadOnlySpan<byte> packet, int mkiLength_bytes, bool rocPresent, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadAeadMki(packet, mkiLength_bytes, rocPresent, out mki);

    /// <summary>Reads the MKI of an SRTP packet of any profile. Unauthenticated.</summary>
    public static bool TryReadMki(
        ReadOnlySpan<byte> packet, SrtpPolicy policy, int mkiLength_bytes, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadMki(packet, policy, mkiLength_bytes, out mki);

    /// <summary>
    /// Reads the MKI of an SRTCP packet of an AEAD profile; false when the packet is too short or no RTCP. Unauthenticated.
    /// </summary>
    public static bool TryReadRtcpMki(ReadOnlySpan<byte> packet, int mkiLength_bytes, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadRtcpMki(packet, SrtpProfile.AeadAes128Gcm, mkiLength_bytes, out mki);

    /// <summary>Reads the MKI of an SRTCP packet of any profile. Unauthenticated.</summary>
    public static bool TryReadRtcpMki(
        ReadOnlySpan<byte> packet, SrtpPolicy policy, int mkiLength_bytes, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadRtcpMki(packet, policy.Profile, mkiLength_bytes, out mki);

    /// <summary>Recovers the RTP packet into <c>destination[..length]</c>.</summary>
    public SrtpOutcome Unprotect(ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        length = 0;
        if (!TryReadTail(packet, out RtpFields header, out bool roc, out ReadOnlySpan<byte> mki))
            return SrtpOutcome.Malformed;
        return TryFindKey(mki, out ReceiveKey? key)
            ? UnprotectUnder(key, header, roc, packet, destination, out length)
            : SrtpOutcome.UnknownMki;
    }

    /// <summary>Recovers the RTCP packet into <c>destination[..length]</c>.</summary>
    public SrtpOutcome UnprotectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        length = 0;
        ref readonly PacketTail layout = ref _tails.Rtcp;
        int plainLength = packet.Length - layout.Length_bytes;
        if (!RtcpHeader.TryParse(packet, out RtcpHeader header) || plainLength < RtcpHeader.Length_bytes)
            return SrtpOutcome.Malformed;
        ReadOnlySpan<byte> tail = packet[plainLength..];
        if (!TryFindKey(tail.Slice(layout.Mki, _tails.MkiLength_bytes), out ReceiveKey? key))
            return SrtpOutcome.UnknownMki;
        if (destination.Length < plainLength)
            return SrtpOutcome.BufferTooSmall;
        ThrowIfPartlyOverlapping(packet, destination);
        uint word = BinaryPrimitives.ReadUInt32BigEndian(tail[layout.Word..]);
        uint index = word & PacketTail.MaxRtcpIndex;
        key.RtcpStreams.TryGetValue(header.Ssrc, out ReplayWindow? window);
        SrtpOutcome fresh = CheckIndex(key.RtcpStreams.Count, window, index);
        if (fresh != SrtpOutcome.Ok)
            return fresh;

        if (!key.Session.Rtcp(index).OpenRtcp(
            header.Ssrc, word, packet[..plainLength], tail.Slice(layout.Tag, layout.TagLength_bytes),
            destination[..plainLength]))
            return SrtpOutcome.AuthenticationFailed;
        if ((word & PacketTail.EncryptedFlag) == 0)
        {
            if (!_policy.AcceptUnencryptedRtcp)
                return SrtpOutcome.NotEncrypted;
            packet[..plainLength].CopyTo(destination);
        }
        key.Session.KeepRtcp();
        if (window is null)
            key.RtcpStreams.Add(header.Ssrc, new ReplayWindow(_policy.ReplayWindow_packets, index));
        else
            window.Accept(index);
        length = plainLength;
        return SrtpOutcome.Ok;
    }

    /// <summary>
    /// Tries one SRTP packet under a key that is not in the ring; the key joins the ring only when the packet
    /// authenticates. The candidate stays the caller's to dispose. <see cref="SrtpOutcome.UnknownMki"/> when the packet
    /// names another MKI; a key already in the ring under that MKI is used instead of the candidate.
    /// </summary>
    public SrtpOutcome UnprotectProvisional(
        SrtpMasterKey candidate, ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        Check(candidate);
        length = 0;
        if (!TryReadTail(packet, out RtpFields header, out bool roc, out ReadOnlySpan<byte> mki))
            return SrtpOutcome.Malformed;
        if (!mki.SequenceEqual(candidate.Mki))
            return SrtpOutcome.UnknownMki;
        UInt128 mkiValue = PacketTail.MkiValue(mki);
        if (_keys.TryGetValue(mkiValue, out ReceiveKey? known))
            return UnprotectUnder(known, header, roc, packet, destination, out length);
        if (_keys.Count >= _policy.MaxKeys)
            return SrtpOutcome.StreamLimit;

        var key = new ReceiveKey(SessionKeys.Derive(candidate, _policy.KeyDerivationRate), Instant.Never);
        SrtpOutcome outcome = UnprotectUnder(key, header, roc, packet, destination, out length);
        if (outcome == SrtpOutcome.Ok)
            _keys.Add(mkiValue, key);
        else
            key.Dispose();
        return outcome;
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (ReceiveKey key in _keys.Values)
            key.Dispose();
        _keys.Clear();
        _recentKey = null;
    }

    internal void AddSession(ReadOnlySpan<byte> mki, SessionKeys session) =>
        _keys.Add(PacketTail.MkiValue(mki), new ReceiveKey(session, Instant.Never));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SrtpOutcome UnprotectUnder(
        ReceiveKey key, RtpFields header, bool roc, ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        length = 0;
        ref readonly PacketTail layout = ref _tails.Rtp(roc);
        int plainLength = packet.Length - layout.Length_bytes;
        if (destination.Length < plainLength)
            return SrtpOutcome.BufferTooSmall;
        ThrowIfPartlyOverlapping(packet, destination);

        ReadOnlySpan<byte> tail = packet[plainLength..];
        ref StreamTable<ReplayWindow> streams = ref key.RtpStreams;
        streams.TryGetValue(header.Ssrc, out ReplayWindow? window);
        ulong index = IndexOf(header, roc, tail, window);
        SrtpOutcome fresh = CheckIndex(streams.Count, window, index);
        if (fresh != SrtpOutcome.Ok)
            return fresh;

        SessionCipher session = key.Session.Rtp(index);
        bool authentic = _verdict.Session is not null && _verdict.Concerns(session, index)
            ? ((CounterModeSessionCipher)session).OpenVerifiedRtp(
                _verdict.Authentic, header.Ssrc, index, packet[..plainLength], header.Length_bytes, destination[..plainLength])
            : session.OpenRtp(
                header.Ssrc, index, packet[..plainLength], header.Length_bytes,
                tail.Slice(layout.Tag, layout.TagLength_bytes), destination[..plainLength]);
        if (!authentic)
            return SrtpOutcome.AuthenticationFailed;

        key.Session.KeepRtp();
        if (window is null)
            AddRtpStream(key, header.Ssrc, index);
        else
            window.Accept(index);
        if (_announced.Count != 0)
            _announced.Remove(header.Ssrc);
        length = plainLength;
        return SrtpOutcome.Ok;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRtpStream(ReceiveKey key, uint ssrc, ulong index)
    {
        var window = new ReplayWindow(_policy.ReplayWindow_packets, index);
        key.RtpStreams.Add(ssrc, window);
        _rollover.Remember(ssrc, key, window);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong IndexOf(RtpFields header, bool roc, ReadOnlySpan<byte> tail, ReplayWindow? window)
    {
        if (roc)
            return (ulong)BinaryPrimitives.ReadUInt32BigEndian(tail[_tails.Rtp(carriesRoc: true).Word..]) << 16 | header.SequenceNumber;
        return _announced.Count == 0 && window is not null
            ? ExtendedSequence.Estimate(window.Highest, header.SequenceNumber)
            : EstimateFirst(header, window);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong EstimateFirst(RtpFields header, ReplayWindow? window)
    {
        if (_announced.TryGetValue(header.Ssrc, out ulong near))
            return ExtendedSequence.Estimate(near, header.SequenceNumber);
        return window is not null
            ? ExtendedSequence.Estimate(window.Highest, header.SequenceNumber)
            : _rollover.EstimateFirst(header.Ssrc, header.SequenceNumber);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadTail(
        ReadOnlySpan<byte> packet, out RtpFields header, out bool roc, out ReadOnlySpan<byte> mki)
    {
        roc = false;
        mki = default;
        if (!RtpFields.TryParse(packet, out header))
            return false;
        roc = _policy.CarriesRoc(header.SequenceNumber);
        ref readonly PacketTail layout = ref _tails.Rtp(roc);
        int plainLength = packet.Length - layout.Length_bytes;
        if (plainLength < header.Length_bytes)
            return false;
        mki = packet.Slice(plainLength + layout.Mki, _tails.MkiLength_bytes);
        return true;
    }

    // Packets come in runs from one talker, so the last key is mostly the next one too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFindKey(ReadOnlySpan<byte> mki, [NotNullWhen(true)] out ReceiveKey? key)
    {
        key = _recentKey;
        return key is not null && PacketTail.IsMki(_recentMki, mki) || TryFindOtherKey(mki, out key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindOtherKey(ReadOnlySpan<byte> mki, [NotNullWhen(true)] out ReceiveKey? key)
    {
        UInt128 value = PacketTail.MkiValue(mki);
        if (!_keys.TryGetValue(value, out key))
            return false;
        _recentKey = key;
        _recentMki = value;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SrtpOutcome CheckIndex(int streams, ReplayWindow? window, ulong index)
    {
        if (window is not null)
            return window.Check(index);
        return streams < _policy.MaxStreams ? SrtpOutcome.Ok : SrtpOutcome.StreamLimit;
    }

    private void Check(SrtpMasterKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _policy.Check(key);
        if (key.Mki.Length != _tails.MkiLength_bytes)
            throw new ArgumentException($"The receiver's MKIs have {_tails.MkiLength_bytes} octets.", nameof(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfPartlyOverlapping(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        if (!Unsafe.AreSame(in MemoryMarshal.GetReference(packet), in MemoryMarshal.GetReference(destination)) &&
            packet.Overlaps(destination))
            throw new ArgumentException("The destination must be the packet's own memory or lie apart from it.");
    }
}
