namespace MediaEngine.Sip;

/// <summary>Bounds on what is accepted from a wire. Sizes in octets.</summary>
public sealed record SipLimits
{
    public static SipLimits Default { get; } = new();

    /// <summary>Start line, headers and body together.</summary>
    public int MaxMessage_bytes { get; init; } = 64 * 1024;

    /// <summary>Start line and headers together.</summary>
    public int MaxHead_bytes { get; init; } = 32 * 1024;

    /// <summary>One header line, its folded continuations included.</summary>
    public int MaxHeaderLine_bytes { get; init; } = 8 * 1024;

    public int MaxHeaders { get; init; } = 200;

    /// <summary>The Request-URI.</summary>
    public int MaxUri_bytes { get; init; } = 2 * 1024;

    /// <summary>Body parts of all levels together.</summary>
    public int MaxParts { get; init; } = 32;

    /// <summary>How deep multiparts may stand in one another; 1 = a multipart holds none.</summary>
    public int MaxPartLevels { get; init; } = 3;

    /// <summary>
    /// RFC 3261 25.1 lets white space stand before a header's colon. It is refused by default: peers that disagree about it
    /// can be made to see different headers.
    /// </summary>
    public bool AllowWhiteSpaceBeforeColon { get; init; }
}
