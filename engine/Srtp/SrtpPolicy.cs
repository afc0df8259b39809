namespace MediaEngine.Srtp;

/// <summary>How packets of one kind of stream are protected. Both ends must agree on profile and rate.</summary>
/// <param name="Profile">The AEAD suite.</param>
/// <param name="RocTransmissionRate">R of RFC 4771 (mode 3): packets with SEQ mod R = 0 carry the ROC; 0 = none do.</param>
/// <param name="ReplayWindow_packets">64..32768, for SRTP and SRTCP each.</param>
/// <param name="MaxStreams">SSRCs per master key, for SRTP and SRTCP each; one more is refused with
/// <see cref="SrtpOutcome.StreamLimit"/>, none is ever evicted, because forgetting a stream would admit its replays.</param>
public sealed record SrtpPolicy(
    SrtpProfile Profile,
    int RocTransmissionRate = 0,
    int ReplayWindow_packets = 1024,
    int MaxStreams = 64)
{
    /// <summary>Group media under a GMK: AES-128-GCM, ROC in every packet (TS 33.180 E.2).</summary>
    public static SrtpPolicy GroupMedia { get; } = new(SrtpProfile.AeadAes128Gcm, RocTransmissionRate: 1);

    /// <summary>Floor and session control under a CSK: AES-128-GCM, no ROC field.</summary>
    public static SrtpPolicy Control { get; } = new(SrtpProfile.AeadAes128Gcm);

    /// <summary>Master keys a receiver may hold at once.</summary>
    public int MaxKeys { get; init; } = 1024;

    /// <summary>Accept authentic SRTCP packets that are not encrypted (E = 0, RFC 7714 9.3).</summary>
    public bool AcceptUnencryptedRtcp { get; init; }

    /// <summary>Whether the packet with this sequence number ends with a ROC field (RFC 4771 2).</summary>
    public bool CarriesRoc(ushort sequence) =>
        RocTransmissionRate == 1 || RocTransmissionRate != 0 && sequence % RocTransmissionRate == 0;

    internal void Check(SrtpMasterKey? key = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(RocTransmissionRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RocTransmissionRate, 65536);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplayWindow_packets, ReplayWindow.MinSize_packets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ReplayWindow_packets, ReplayWindow.MaxSize_packets);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreams, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxKeys, 1);
        if (key is not null && key.Profile != Profile)
            throw new ArgumentException($"The key is for {key.Profile}, the policy for {Profile}.", nameof(key));
    }
}
