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
public sealed class SrtpReceiver : IDisposable
{
    private const int MaxRememberedSsrcs = 65536;

    private readonly SrtpPolicy _policy;
    private readonly int _mkiLength_bytes;
    private readonly Dictionary<UInt128, ReceiveKey> _keys = [];
    private readonly RolloverMemory _rollover;
    private byte[] _unencryptedScratch = [];
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
        _mkiLength_bytes = mkiLength_bytes;
        _rollover = new RolloverMemory((int)Math.Min((long)policy.MaxKeys * policy.MaxStreams, MaxRememberedSsrcs));
    }

    /// <summary>Keys in the ring.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>False when the MKI is already there or the ring holds <see cref="SrtpPolicy.MaxKeys"/>.</summary>
    /// <exception cref="ArgumentException">Another profile, or another MKI length, than the receiver's.</exception>
    public bool TryAddKey(SrtpMasterKey key)
    {
        Check(key);
        UInt128 mki = PacketTail.MkiValue(key.Mki);
        if (_keys.Count >= _policy.MaxKeys || _keys.ContainsKey(mki))
            return false;
        _keys.Add(mki, new ReceiveKey(SessionKeys.Derive(key)));
        return true;
    }

    /// <summary>Removes and zeroes a key with its streams. False when it was not there.</summary>
    public bool RemoveKey(ReadOnlySpan<byte> mki)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (mki.Length != _mkiLength_bytes || !_keys.Remove(PacketTail.MkiValue(mki), out ReceiveKey? key))
            return false;
        _recentKey = null;
        key.Dispose();
        return true;
    }

    /// <summary>Reads the MKI of an SRTP packet; false when the packet is too short or no RTP. Unauthenticated.</summary>
    public static bool TryReadMki(
        ReadOnlySpan<byte> packet, int mkiLength_bytes, bool rocPresent, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadMki(packet, mkiLength_bytes, rocPresent, out mki);

    /// <summary>Reads the MKI of an SRTCP packet; false when the packet is too short or no RTCP. Unauthenticated.</summary>
    public static bool TryReadRtcpMki(ReadOnlySpan<byte> packet, int mkiLength_bytes, out ReadOnlySpan<byte> mki) =>
        PacketTail.TryReadRtcpMki(packet, mkiLength_bytes, out mki);

    /// <summary>Recovers the RTP packet into <c>destination[..length]</c>.</summary>
    public SrtpOutcome Unprotect(ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        length = 0;
        if (!TryReadTail(packet, out RtpFields header, out bool roc, out ReadOnlySpan<byte> mki))
            return SrtpOutcome.Malformed;
        return TryFindKey(mki, out ReceiveKey? key)
            ? Unprotect(key, header, roc, packet, destination, out length)
            : SrtpOutcome.UnknownMki;
    }

    /// <summary>Recovers the RTCP packet into <c>destination[..length]</c>.</summary>
    public SrtpOutcome UnprotectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        length = 0;
        if (!PacketTail.TryReadRtcpMki(packet, _mkiLength_bytes, out ReadOnlySpan<byte> mki) ||
            !RtcpHeader.TryParse(packet, out RtcpHeader header))
            return SrtpOutcome.Malformed;
        if (!TryFindKey(mki, out ReceiveKey? key))
            return SrtpOutcome.UnknownMki;

        int tail = packet.Length - _mkiLength_bytes - PacketTail.RtcpIndex_bytes;
        int plainLength = tail - PacketCipher.Tag_bytes;
        if (destination.Length < plainLength)
            return SrtpOutcome.BufferTooSmall;
        ThrowIfPartlyOverlapping(packet, destination);
        ReadOnlySpan<byte> word = packet.Slice(tail, PacketTail.RtcpIndex_bytes);
        uint index = BinaryPrimitives.ReadUInt32BigEndian(word);
        bool encrypted = (index & PacketTail.EncryptedFlag) != 0;
        index &= PacketTail.MaxRtcpIndex;
        key.RtcpStreams.TryGetValue(header.Ssrc, out ReplayWindow? window);
        SrtpOutcome fresh = CheckIndex(key.RtcpStreams, window, index);
        if (fresh != SrtpOutcome.Ok)
            return fresh;

        ReadOnlySpan<byte> tag = packet.Slice(plainLength, PacketCipher.Tag_bytes);
        if (encrypted)
        {
            Span<byte> associatedData = stackalloc byte[RtcpHeader.Length_bytes + PacketTail.RtcpIndex_bytes];
            packet[..RtcpHeader.Length_bytes].CopyTo(associatedData);
            word.CopyTo(associatedData[RtcpHeader.Length_bytes..]);
            if (!key.Session.Rtcp.Open(
                header.Ssrc, index, associatedData, packet[RtcpHeader.Length_bytes..plainLength], tag,
                destination[RtcpHeader.Length_bytes..plainLength]))
                return SrtpOutcome.AuthenticationFailed;
            packet[..RtcpHeader.Length_bytes].CopyTo(destination);
        }
        else
        {
            if (!IsAuthenticUnencrypted(key, header.Ssrc, index, packet[..plainLength], tag, word))
                return SrtpOutcome.AuthenticationFailed;
            if (!_policy.AcceptUnencryptedRtcp)
                return SrtpOutcome.NotEncrypted;
            packet[..plainLength].CopyTo(destination);
        }
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
            return Unprotect(known, header, roc, packet, destination, out length);
        if (_keys.Count >= _policy.MaxKeys)
            return SrtpOutcome.StreamLimit;

        var key = new ReceiveKey(SessionKeys.Derive(candidate));
        SrtpOutcome outcome = Unprotect(key, header, roc, packet, destination, out length);
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
        _keys.Add(PacketTail.MkiValue(mki), new ReceiveKey(session));

    private SrtpOutcome Unprotect(
        ReceiveKey key, RtpFields header, bool roc, ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        length = 0;
        int tail = packet.Length - _mkiLength_bytes - (roc ? PacketTail.Roc_bytes : 0);
        int plainLength = tail - PacketCipher.Tag_bytes;
        if (destination.Length < plainLength)
            return SrtpOutcome.BufferTooSmall;
        ThrowIfPartlyOverlapping(packet, destination);

        StreamTable<ReplayWindow> streams = key.RtpStreams;
        ulong index;
        streams.TryGetValue(header.Ssrc, out ReplayWindow? window);
        if (roc)
            index = (ulong)BinaryPrimitives.ReadUInt32BigEndian(packet[^PacketTail.Roc_bytes..]) << 16 | header.SequenceNumber;
        else if (window is not null)
            index = ExtendedSequence.Estimate(window.Highest, header.SequenceNumber);
        else
            index = _rollover.EstimateFirst(header.Ssrc, header.SequenceNumber);
        SrtpOutcome fresh = CheckIndex(streams, window, index);
        if (fresh != SrtpOutcome.Ok)
            return fresh;

        ReadOnlySpan<byte> associatedData = packet[..header.Length_bytes];
        if (!key.Session.Rtp.Open(
            header.Ssrc, index, associatedData, packet[header.Length_bytes..plainLength],
            packet.Slice(plainLength, PacketCipher.Tag_bytes), destination[header.Length_bytes..plainLength]))
            return SrtpOutcome.AuthenticationFailed;

        if (!Unsafe.AreSame(in MemoryMarshal.GetReference(packet), in MemoryMarshal.GetReference(destination)))
            associatedData.CopyTo(destination);
        if (window is null)
        {
            window = new ReplayWindow(_policy.ReplayWindow_packets, index);
            streams.Add(header.Ssrc, window);
            _rollover.Remember(header.Ssrc, key, window);
        }
        else
        {
            window.Accept(index);
        }
        length = plainLength;
        return SrtpOutcome.Ok;
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
        int after = roc ? PacketTail.Roc_bytes : 0;
        if (packet.Length < header.Length_bytes + PacketCipher.Tag_bytes + _mkiLength_bytes + after)
            return false;
        mki = packet.Slice(packet.Length - after - _mkiLength_bytes, _mkiLength_bytes);
        return true;
    }

    // Packets come in runs from one talker, so the last key is mostly the next one too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFindKey(ReadOnlySpan<byte> mki, [NotNullWhen(true)] out ReceiveKey? key)
    {
        key = _recentKey;
        return key is not null && PacketTail.IsMki(_recentMki, mki) || TryFindOtherKey(mki, out key);
    }

    private bool TryFindOtherKey(ReadOnlySpan<byte> mki, [NotNullWhen(true)] out ReceiveKey? key)
    {
        UInt128 value = PacketTail.MkiValue(mki);
        if (!_keys.TryGetValue(value, out key))
            return false;
        _recentKey = key;
        _recentMki = value;
        return true;
    }

    private SrtpOutcome CheckIndex(StreamTable<ReplayWindow> streams, ReplayWindow? window, ulong index)
    {
        if (window is not null)
            return window.Check(index);
        return streams.Count < _policy.MaxStreams ? SrtpOutcome.Ok : SrtpOutcome.StreamLimit;
    }

    private bool IsAuthenticUnencrypted(
        ReceiveKey key, uint ssrc, uint index, ReadOnlySpan<byte> content, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> word)
    {
        // RFC 7714 9.3 authenticates content ‖ word, which the tag separates on the wire.
        int needed = content.Length + word.Length;
        if (_unencryptedScratch.Length < needed)
            _unencryptedScratch = new byte[needed];
        Span<byte> associatedData = _unencryptedScratch.AsSpan(0, needed);
        content.CopyTo(associatedData);
        word.CopyTo(associatedData[content.Length..]);
        return key.Session.Rtcp.Open(ssrc, index, associatedData, [], tag, []);
    }

    private void Check(SrtpMasterKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _policy.Check(key);
        if (key.Mki.Length != _mkiLength_bytes)
            throw new ArgumentException($"The receiver's MKIs have {_mkiLength_bytes} octets.", nameof(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfPartlyOverlapping(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        if (packet.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("The destination must be the packet's own memory or lie apart from it.");
    }
}
