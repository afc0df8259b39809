using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>The one stream that a plain endpoint hears: the talkers' voices under its own key, or in clear.</summary>
internal sealed class EndpointSender : IDisposable
{
    private readonly StreamContinuity _stream = new();
    private readonly uint _ssrc;
    private SrtpSender? _sender;

    /// <param name="ssrc">Of the stream.</param>
    /// <param name="keys">Null = in clear. Not kept.</param>
    public EndpointSender(uint ssrc, SdesKeyPair? keys)
    {
        _ssrc = ssrc;
        Rekey(keys);
    }

    /// <summary>Goes on under other keys, or in clear; the sequence goes on, too.</summary>
    public void Rekey(SdesKeyPair? keys)
    {
        _sender?.Dispose();
        _sender = null;
        if (keys is null)
            return;
        using SrtpMasterKey key = keys.CreateSendKey();
        _sender = new SrtpSender(key, new SrtpPolicy(keys.Profile));
    }

    /// <summary>Makes the endpoint's copy of a talker's packet.</summary>
    /// <param name="talker">Whose it is.</param>
    /// <param name="source">Its header.</param>
    /// <param name="voice">A-law.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="buffer">Takes the copy.</param>
    /// <param name="length">Of the copy in octets; 0 = a late packet, which is left out.</param>
    public SrtpOutcome Write(int talker, in RtpHeader source, ReadOnlySpan<byte> voice, Instant now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (RtpHeader.FixedLength_bytes + voice.Length + (_sender?.MaxOverhead_bytes ?? 0) > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (!_stream.TryPlace(talker, source, voice.Length, now, out RtpHeader placed))
            return SrtpOutcome.Ok;
        (placed with { PayloadType = G711.PayloadType, Ssrc = _ssrc }).WriteFixed(buffer);
        voice.CopyTo(buffer[RtpHeader.FixedLength_bytes..]);
        length = RtpHeader.FixedLength_bytes + voice.Length;
        return _sender is null ? SrtpOutcome.Ok : _sender.Protect(buffer, length, out length);
    }

    public void Dispose() => _sender?.Dispose();
}
