namespace MediaEngine.Media;

/// <summary>Why a packet went no further.</summary>
public enum MediaDrop
{
    /// <summary>Neither its remote address nor its MKI belongs to a leg.</summary>
    UnknownSource,

    /// <summary>From a leg, but under a key the call does not accept or another member's GUK-ID.</summary>
    UnknownMki,

    AuthenticationFailed,

    /// <summary>Seen before, or older than the replay window.</summary>
    Replayed,

    /// <summary>Not SRTP or SRTCP, or larger than a receive buffer.</summary>
    Malformed,

    /// <summary>Authenticated media from a leg that may not talk now.</summary>
    NoFloor,

    /// <summary>Authenticated media without payload: it keeps a NAT binding open, but is not talk.</summary>
    Empty,

    /// <summary>More SSRCs than a leg may use, or a key used up.</summary>
    Refused,

    /// <summary>An authenticated floor control datagram that is not one.</summary>
    FloorMalformed,

    /// <summary>A floor control message the leg has no right to; a Floor Request that claimed too much counts too, and was answered.</summary>
    FloorNotAllowed,

    /// <summary>The kernel refused to send.</summary>
    SendFailed,

    /// <summary>The send queue could not be emptied in time.</summary>
    QueueFull,
}
