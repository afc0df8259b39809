using System.Numerics;
using System.Runtime.CompilerServices;

namespace MediaEngine.Srtp;

/// <summary>How packets of one kind of stream are protected. Both ends must agree on profile and rate.</summary>
/// <param name="Profile">Cipher and tag.</param>
/// <param name="RocTransmissionRate">R of RFC 4771, 0..65536: packets with SEQ mod R = 0 carry the ROC; 0 = none do. Mode 3
/// with the AEAD profiles, mode 2 with the 80-bit AES-CM profiles; the 32-bit ones have no room for it.</param>
/// <param name="ReplayWindow_packets">64..32768, for SRTP and SRTCP each.</param>
/// <param name="MaxStreams">SSRCs per master key, for SRTP and SRTCP each; one more is refused with
/// <see cref="SrtpOutcome.StreamLimit"/>, none is ever evicted, because forgetting a stream would admit its replays.</param>
public sealed record SrtpPolicy(
    SrtpProfile Profile,
    int RocTransmissionRate = 0,
    int ReplayWindow_packets = 1024,
    int MaxStreams = 64)
{
    private const int MaxKeyDerivationRate = 1 << 24;

    /// <summary>Group media under a GMK: AES-128-GCM, ROC in every packet (TS 33.180 E.2).</summary>
    public static SrtpPolicy GroupMedia { get; } = new(SrtpProfile.AeadAes128Gcm, RocTransmissionRate: 1);

    /// <summary>Floor and session control under a CSK: AES-128-GCM, no ROC field.</summary>
    public static SrtpPolicy Control { get; } = new(SrtpProfile.AeadAes128Gcm);

    /// <summary>Master keys a receiver may hold at once.</summary>
    public int MaxKeys { get; init; } = 1024;

    /// <summary>Accept authentic SRTCP packets that are not encrypted (E = 0, RFC 7714 9.3).</summary>
    public bool AcceptUnencryptedRtcp { get; init; }

    /// <summary>0, or a power of two up to 2^24: packets that share session keys (RFC 3711 4.3.1). TS 33.180 7.5.1 wants 0.</summary>
    public int KeyDerivationRate { get; init; }

    /// <summary>Whether the packet with this sequence number ends with a ROC field (RFC 4771 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        ArgumentOutOfRangeException.ThrowIfNegative(KeyDerivationRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(KeyDerivationRate, MaxKeyDerivationRate);
        if (!Enum.IsDefined(Profile))
            throw new ArgumentException($"{Profile} is no profile.", nameof(key));
        if (KeyDerivationRate != 0 && !BitOperations.IsPow2(KeyDerivationRate))
            throw new ArgumentException("The key derivation rate is 0 or a power of two (RFC 3711 4.3.1).", nameof(key));
        if (RocTransmissionRate != 0 && Profile.RtpTagLength_bytes() == PacketTail.Roc_bytes)
            throw new ArgumentException("In a tag of 32 bits the ROC leaves no room for a code (RFC 4771 mode 2).", nameof(key));
        if (key is not null && key.Profile != Profile)
            throw new ArgumentException($"The key is for {key.Profile}, the policy for {Profile}.", nameof(key));
    }
}
