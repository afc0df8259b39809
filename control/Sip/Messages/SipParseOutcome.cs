namespace MediaEngine.Sip;

/// <summary>What <see cref="SipParser"/> made of some octets.</summary>
public enum SipParseOutcome
{
    Ok,

    /// <summary>A faulty request whose top Via can be read: answer 400. Any other header may be missing or repeated.</summary>
    BadRequest,

    /// <summary>A request of another SIP version that can be answered: 505.</summary>
    UnsupportedVersion,

    /// <summary>Only white space: a keep-alive.</summary>
    Empty,

    /// <summary>Nothing to answer to: drop.</summary>
    Malformed,

    /// <summary>Over a limit of <see cref="SipLimits"/> and nothing to answer to.</summary>
    TooLarge,
}
