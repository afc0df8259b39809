using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// What a plain endpoint sends: authenticated when it has keys, one stream at a time, no faster than speech. An RTP packet in
/// clear proves nothing but its address, which the caller has checked.
/// </summary>
internal sealed class EndpointReceiver : IDisposable
{
    /// <summary>SSRCs of one endpoint: each may take a replay window.</summary>
    private const int MaxSsrcs = 64;

    /// <summary>Another SSRC takes over only when the one before has been silent for so long.</summary>
    private static readonly TimeSpan s_ssrcSilence = TimeSpan.FromMilliseconds(500);

    /// <summary>Packets of 10 ms and the events beside them, twice over.</summary>
    private static readonly TimeSpan s_packetInterval = TimeSpan.FromMilliseconds(2.5);

    /// <summary>What may come at once after a pause of the network.</summary>
    private static readonly TimeSpan s_longestBurst = TimeSpan.FromMilliseconds(500);

    private SrtpReceiver? _receiver;
    private Instant _lastAt;
    private Instant _allowance;

    /// <param name="keys">Null = in clear. Not kept.</param>
    public EndpointReceiver(SdesKeyPair? keys) => Rekey(keys);

    /// <summary>Packets under other keys, or in clear, from now on.</summary>
    public void Rekey(SdesKeyPair? keys)
    {
        _receiver?.Dispose();
        _receiver = null;
        Ssrc = null;
        if (keys is null)
            return;
        using SrtpMasterKey key = keys.CreateReceiveKey();
        _receiver = new SrtpReceiver(new SrtpPolicy(keys.Profile) { MaxStreams = MaxSsrcs, MaxKeys = 1 }, mkiLength_bytes: 0);
        _receiver.TryAddKey(key);
    }

    /// <summary>The SSRC of the last packet that was taken; null before the first.</summary>
    public uint? Ssrc { get; private set; }

    /// <summary>True: <paramref name="payload"/> lies in <paramref name="scratch"/>. False: <paramref name="drop"/> says why.</summary>
    public bool TryOpen(
        ReadOnlySpan<byte> packet, Span<byte> scratch, Instant now, out RtpHeader header, out ReadOnlySpan<byte> payload, out MediaDrop drop)
    {
        payload = default;
        drop = MediaDrop.Refused;
        if (!RtpHeader.TryParse(packet, out header) || packet.Length > scratch.Length)
        {
            drop = MediaDrop.Malformed;
            return false;
        }
        // Nobody speaks faster than time goes.
        Instant earliest = now + -s_longestBurst;
        Instant allowance = (_allowance > earliest ? _allowance : earliest) + s_packetInterval;
        if (allowance > now)
            return false;
        int length = packet.Length;
        if (_receiver is null)
        {
            packet.CopyTo(scratch);
        }
        else
        {
            SrtpOutcome outcome = _receiver.Unprotect(packet, scratch, out length);
            if (outcome != SrtpOutcome.Ok)
            {
                drop = MediaDropReasons.Of(outcome);
                return false;
            }
        }
        if (!header.TryReadPayload(scratch[..length], out ReadOnlySpan<byte> opened))
        {
            drop = MediaDrop.Malformed;
            return false;
        }
        if (Ssrc is { } current && current != header.Ssrc && now - _lastAt < s_ssrcSilence)
            return false;
        Ssrc = header.Ssrc;
        _lastAt = now;
        _allowance = allowance;
        payload = opened;
        return true;
    }

    public void Dispose() => _receiver?.Dispose();
}
