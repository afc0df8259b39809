using MediaEngine.Rtp;

namespace MediaEngine.Sip;

internal enum StackItemKind
{
    Message,
    Reject,
    Closed,
    SendFailed,
    SendRequest,
    SendAck,
    Respond,
    Cancel,
}

/// <summary>One thing for the stack's thread; the fields used depend on the kind.</summary>
internal readonly record struct StackItem
{
    public StackItemKind Kind { get; init; }

    public SipMessage? Message { get; init; }

    public SipFlow Flow { get; init; }

    /// <summary>Octets of what came from a wire.</summary>
    public int Length { get; init; }

    /// <summary>When it came from a wire.</summary>
    public Instant At { get; init; }

    /// <summary>Of who sent what came from a wire.</summary>
    public SipStanding Standing { get; init; }

    public int Status { get; init; }

    public SipTransactionId Transaction { get; init; }

    public object? Token { get; init; }

    public SipDestination? Destination { get; init; }
}
