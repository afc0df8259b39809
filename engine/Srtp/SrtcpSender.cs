using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Protects the RTCP of one SSRC under one key of an AEAD profile, as <see cref="SrtpSender"/> does. One thread. For a node that sends
/// seldom to each of very many: what a packet needs is little, and can be fetched at one time.
/// </summary>
public sealed class SrtcpSender : IDisposable
{
    private SrtcpKey _key;
    private uint _highestIndex;
    private bool _disposed;

    /// <exception cref="ArgumentException">The key is for a profile that is not AEAD.</exception>
    public SrtcpSender(SrtpMasterKey key, uint ssrc)
    {
        _key = new SrtcpKey(key);
        Ssrc = ssrc;
    }

    public uint Ssrc { get; }

    /// <summary>What every packet gains.</summary>
    public int Overhead_bytes => _key.Tails.Rtcp.Length_bytes;

    /// <summary>What its packets need; the same for its life.</summary>
    public SrtcpSenderMemory Memory => new(this, _key.Cipher);

    /// <summary>
    /// Protects the RTCP packet in <c>buffer[..length]</c>, always encrypted (E = 1). <see cref="SrtpOutcome.StreamLimit"/> when it is of
    /// another SSRC.
    /// </summary>
    public SrtpOutcome Protect(Span<byte> buffer, int length, out int protectedLength)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        protectedLength = 0;
        if (!RtcpHeader.TryParse(buffer[..length], out RtcpHeader header))
            return SrtpOutcome.Malformed;
        ref readonly PacketTail layout = ref _key.Tails.Rtcp;
        int total = length + layout.Length_bytes;
        if (total > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (header.Ssrc != Ssrc)
            return SrtpOutcome.StreamLimit;
        if (_highestIndex >= PacketTail.MaxRtcpIndex)
            return SrtpOutcome.IndexExhausted;

        uint word = PacketTail.EncryptedFlag | ++_highestIndex;
        Span<byte> tail = buffer[length..];
        AeadSessionCipher.SealRtcp(
            _key.Cipher, _key.Salt, Ssrc, word, buffer[..length], tail.Slice(layout.Tag, layout.TagLength_bytes));
        BinaryPrimitives.WriteUInt32BigEndian(tail[layout.Word..], word);
        _key.Mki.Write(tail[layout.Mki..]);
        protectedLength = total;
        return SrtpOutcome.Ok;
    }

    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
    }

    /// <summary>For tests of the limit: as if this had been the last index.</summary>
    internal void SkipTo(uint highestIndex) => _highestIndex = highestIndex;
}
