using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>SIP that goes out once the batch's changes are durable.</summary>
public abstract record SignallingEffect
{
    private SignallingEffect()
    {
    }

    public sealed record SendRequest(long Token, SipRequest Request, SipDestination Destination) : SignallingEffect;

    public sealed record SendAck(SipRequest Request, SipDestination Destination) : SignallingEffect;

    public sealed record Respond(SipTransactionId Transaction, SipResponse Response) : SignallingEffect;

    public sealed record Cancel(long Token) : SignallingEffect;

    /// <summary>Somebody authenticated on the flow: from now on it is no stranger's.</summary>
    /// <param name="MayClaimPriority">Resource-Priority of its requests counts.</param>
    public sealed record Vouch(SipFlow Flow, bool MayClaimPriority) : SignallingEffect;
}
