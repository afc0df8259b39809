using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A client's INVITE or UPDATE within its dialog (RFC 3261 14.2, RFC 3311 5.2): what holds for every client.</summary>
internal sealed class SessionChange(McContext context, SessionHeaders headers, CallUpgrade upgrade, PlainCalls plainCalls)
{
    public void Handle(SipTransactionId transaction, SipRequest request, CallLeg leg, McUser user, Instant now, McxEffects effects)
    {
        SipSession session = leg.Session!;
        if (session.Refusal(request) is { } refusal)
        {
            effects.Respond(transaction, refusal);
            return;
        }
        if (request is { Method: SipMethods.Update, Body.Length: 0 })
        {
            SipResponse ok = SipResponse.For(request, 200);
            headers.Succeed(leg, request, ok, now);
            effects.Respond(transaction, ok);
        }
        else if (leg.Plain is not null)
            plainCalls.HandleOffer(transaction, request, leg, user, now, effects);
        else
            upgrade.Handle(transaction, request, leg, user, now, effects);
        session.Refuse(request);
        context.SessionDeadlines.Set(leg, session.NextDeadline);
    }
}
