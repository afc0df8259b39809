namespace MediaEngine.Sip;

public enum SipEffectKind
{
    /// <summary>Send <see cref="SipEffect.Bytes"/> to <see cref="SipEffect.Destination"/>; report failure with <see cref="SipEffect.Transaction"/>.</summary>
    Send,

    /// <summary><see cref="SipEffect.Message"/> is a request for the user.</summary>
    DeliverRequest,

    /// <summary><see cref="SipEffect.Message"/> is a response for <see cref="SipEffect.Token"/>.</summary>
    DeliverResponse,

    /// <summary><see cref="SipEffect.Token"/> ended with <see cref="SipEffect.Failure"/>.</summary>
    Failed,
}

/// <summary>One thing a <see cref="SipTransactionLayer"/> wants done; the fields used depend on <see cref="Kind"/>.</summary>
public readonly record struct SipEffect
{
    public SipEffectKind Kind { get; init; }

    public SipTransactionId Transaction { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; init; }

    public SipDestination? Destination { get; init; }

    public SipMessage? Message { get; init; }

    public SipFlow Flow { get; init; }

    public object? Token { get; init; }

    public SipFailure Failure { get; init; }
}
