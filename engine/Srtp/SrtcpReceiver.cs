using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Authenticates and decrypts the RTCP of one peer under one key of an AEAD profile, as <see cref="SrtpReceiver"/> does. One thread. Only
/// packets whose tag verified change anything. For a node that hears seldom from each of very many.
/// </summary>
public sealed class SrtcpReceiver : IDisposable
{
    private readonly int _maxStreams;
    private SrtcpKey _key;
    private StreamTable<ReplayWindow> _streams;
    private bool _disposed;

    /// <param name="key">The caller's to dispose.</param>
    /// <param name="maxStreams">SSRCs; one more is refused with <see cref="SrtpOutcome.StreamLimit"/>, none is ever forgotten.</param>
    /// <exception cref="ArgumentException">The key is for a profile that is not AEAD.</exception>
    public SrtcpReceiver(SrtpMasterKey key, int maxStreams)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxStreams, 1);
        _key = new SrtcpKey(key);
        _maxStreams = maxStreams;
    }

    /// <summary>
    /// Recovers the RTCP packet into <c>destination[..length]</c>: the packet's own memory, or apart from it. When the tag is wrong the part
    /// that would hold the payload is zeroed. Packets that are not encrypted (E = 0) are refused unread.
    /// </summary>
    public SrtpOutcome Unprotect(ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        length = 0;
        ref readonly PacketTail layout = ref _key.Tails.Rtcp;
        int plainLength = packet.Length - layout.Length_bytes;
        if (!RtcpHeader.TryParse(packet, out RtcpHeader header) || plainLength < RtcpHeader.Length_bytes)
            return SrtpOutcome.Malformed;
        ReadOnlySpan<byte> tail = packet[plainLength..];
        if (!tail.Slice(layout.Mki, _key.Tails.MkiLength_bytes).SequenceEqual(_key.Mki.Value))
            return SrtpOutcome.UnknownMki;
        if (destination.Length < plainLength)
            return SrtpOutcome.BufferTooSmall;
        uint word = BinaryPrimitives.ReadUInt32BigEndian(tail[layout.Word..]);
        if ((word & PacketTail.EncryptedFlag) == 0)
            return SrtpOutcome.NotEncrypted;
        uint index = word & PacketTail.MaxRtcpIndex;
        SrtpOutcome fresh = _streams.TryGetValue(header.Ssrc, out ReplayWindow? window) ? window.Check(index)
            : _streams.Count < _maxStreams ? SrtpOutcome.Ok : SrtpOutcome.StreamLimit;
        if (fresh != SrtpOutcome.Ok)
            return fresh;
        if (!AeadSessionCipher.OpenRtcp(
            _key.Cipher, _key.Salt, header.Ssrc, word, packet[..plainLength], tail.Slice(layout.Tag, layout.TagLength_bytes),
            destination[..plainLength]))
            return SrtpOutcome.AuthenticationFailed;

        if (window is null)
            _streams.Add(header.Ssrc, new ReplayWindow(SrtpPolicy.Control.ReplayWindow_packets, index));
        else
            window.Accept(index);
        length = plainLength;
        return SrtpOutcome.Ok;
    }

    /// <summary>Has the processor fetch what the next packet needs, for who has other things to fetch meanwhile.</summary>
    public void Prefetch()
    {
        _key.Prefetch();
        ReplayWindow.Prefetch(_streams.Recent);
    }

    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
    }
}
