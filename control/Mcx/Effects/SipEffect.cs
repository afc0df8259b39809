using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>SIP that goes out once the batch's changes are durable.</summary>
public abstract record SipEffect
{
    private SipEffect()
    {
    }

    public sealed record SendRequest(long Token, SipRequest Request, SipDestination Destination) : SipEffect;

    public sealed record SendAck(SipRequest Request, SipDestination Destination) : SipEffect;

    public sealed record Respond(SipTransactionId Transaction, SipResponse Response) : SipEffect;

    public sealed record Cancel(long Token) : SipEffect;
}
