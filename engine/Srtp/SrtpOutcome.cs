namespace MediaEngine.Srtp;

/// <summary>What became of one packet. Everything but <see cref="Ok"/> changed no state.</summary>
public enum SrtpOutcome
{
    Ok,

    /// <summary>Not RTP/RTCP, or too short for its header, tag, index and MKI.</summary>
    Malformed,

    BufferTooSmall,

    /// <summary>No key with the packet's MKI.</summary>
    UnknownMki,

    /// <summary>A packet with this index has been accepted already.</summary>
    Replayed,

    /// <summary>The index lies before the replay window.</summary>
    TooOld,

    AuthenticationFailed,

    /// <summary>The key's packet limit (RFC 3711 9.2) or the last index is reached: re-key.</summary>
    IndexExhausted,

    /// <summary>Send only: this index would be used twice under the key, which breaks GCM.</summary>
    IndexNotIncreasing,

    /// <summary>The key serves as many SSRCs, or the receiver holds as many keys, as the policy allows.</summary>
    StreamLimit,

    /// <summary>An authentic SRTCP packet with E = 0, which the policy does not accept.</summary>
    NotEncrypted,

    /// <summary>Send only: no key of the ring is in its lifetime.</summary>
    NoActiveKey,

    /// <summary>Send only: the SSRC's reserved indexes are used up; reserve more, store the mark, send again.</summary>
    IndexNotReserved,
}
