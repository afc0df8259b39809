using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// Sends a plain endpoint's voice to the group as its user would: under the GMK in use with the user's GUK-ID, ROC in the packet
/// (TS 33.180 7.4.2, E.2).
/// </summary>
internal sealed class GroupVoice : IDisposable
{
    private readonly StreamContinuity _stream = new();
    private readonly string _mcpttId;
    private readonly uint _ssrc;
    private readonly SrtpSender _sender;

    /// <param name="mcpttId">The user.</param>
    /// <param name="ssrc">Never used before by this user under any GMK.</param>
    /// <param name="key">The GMK in use. Not kept.</param>
    public GroupVoice(string mcpttId, uint ssrc, GroupMasterKey key)
    {
        _mcpttId = mcpttId;
        _ssrc = ssrc;
        using SrtpMasterKey master = key.DeriveMediaKey(key.GukIdFor(mcpttId));
        _sender = new SrtpSender(master, SrtpPolicy.GroupMedia);
    }

    /// <summary>Goes on under another GMK; sequence and ROC run on.</summary>
    public void Rekey(GroupMasterKey key)
    {
        using SrtpMasterKey master = key.DeriveMediaKey(key.GukIdFor(_mcpttId));
        _sender.Rekey(master);
    }

    /// <summary>The next packet begins a burst.</summary>
    public void EndBurst() => _stream.EndBurst();

    /// <summary>Makes the group's packet out of the endpoint's; <paramref name="length"/> 0 = a late one, which is left out.</summary>
    public SrtpOutcome Write(in RtpHeader source, ReadOnlySpan<byte> voice, Instant now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (RtpHeader.FixedLength_bytes + voice.Length + _sender.MaxOverhead_bytes > buffer.Length)
            return SrtpOutcome.BufferTooSmall;
        if (!_stream.TryPlace(0, source, voice.Length, now, out RtpHeader placed))
            return SrtpOutcome.Ok;
        (placed with { PayloadType = G711.PayloadType, Ssrc = _ssrc }).WriteFixed(buffer);
        voice.CopyTo(buffer[RtpHeader.FixedLength_bytes..]);
        return _sender.Protect(buffer, RtpHeader.FixedLength_bytes + voice.Length, out length);
    }

    public void Dispose() => _sender.Dispose();
}
