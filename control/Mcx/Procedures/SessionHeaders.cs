using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>What the messages of legs' dialogs say of this server and of the session timer (RFC 4028).</summary>
internal sealed class SessionHeaders(McContext context, SipCapabilities capabilities)
{
    /// <summary>For the INVITE to a member, with its Contact.</summary>
    public SessionTimer Offer(SipRequest invite)
    {
        var timer = new SessionTimer(context.Options.SessionTimer);
        invite.Headers.Add("Allow", capabilities.Allow);
        invite.Headers.Add("Supported", capabilities.Supported);
        timer.Offer(invite);
        return timer;
    }

    /// <summary>The caller's INVITE is answered 200: its session begins.</summary>
    public void Begin(CallLeg leg, SipRequest invite, SipResponse ok, Instant now)
    {
        Describe(leg, ok);
        ok.Headers.Add("Supported", capabilities.Supported);
        leg.Session = SipSession.Accept(invite, ok, context.Options.SessionTimer, context.Entropy, now);
        context.SessionDeadlines.Set(leg, leg.Session.NextDeadline);
    }

    /// <summary>The client's re-INVITE or UPDATE is answered 200.</summary>
    public void Succeed(CallLeg leg, SipRequest request, SipResponse ok, Instant now)
    {
        Describe(leg, ok);
        ok.Headers.Add("Supported", capabilities.Supported);
        leg.Session!.Succeed(request, ok, now);
    }

    /// <summary>Contact and Allow.</summary>
    public void Describe(CallLeg leg, SipMessage message)
    {
        message.Headers.Add("Contact", leg.Contact);
        message.Headers.Add("Allow", capabilities.Allow);
    }
}
