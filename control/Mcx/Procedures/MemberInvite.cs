using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>An INVITE to a member: its early dialogs (RFC 3262) and the session interval it asks for (RFC 4028).</summary>
internal sealed class MemberInvite(GroupCallSetup setup, McContext context, CallLeg leg, SipRequest invite, SessionTimer timer) : PendingRequest
{
    private readonly EarlyDialogs _early = new(invite);

    public CallLeg Leg => leg;

    public uint CSeq => invite.CSeq.Number;

    /// <summary>The dialog that the 2xx starts or confirms.</summary>
    public SipDialog DialogOf(SipResponse success) => SipDialog.FromClient(invite, success, _early.Of(success));

    public SipSession Confirm(SipResponse success, Instant now) =>
        SipSession.Confirm(invite, success, _early.Of(success), context.Options.SessionTimer, timer, context.Entropy, now);

    /// <summary>The message with the answer: the 2xx, or the reliable response before it.</summary>
    public SipMessage AnswerOf(SipResponse success) => success.Body.Length > 0 ? success : _early.AnswerOf(success) ?? success;

    public override bool IsWanted => leg.State == CallLegState.Inviting && !leg.Call.Released;

    public override void SentTo(SipDestination destination) => leg.Destination = destination;

    public override void Receive(SipResponse response, Instant now, McxEffects effects)
    {
        if (_early.TryAcknowledge(response, out SipRequest? prack))
            effects.Send(context.Track(new Acknowledgement()), prack, leg.Destination);
        if (response.IsProvisional)
            return;
        if (leg.State == CallLegState.Inviting && timer.TryRaise(response))
            setup.SendInvite(leg, Again(), timer, effects);
        else
            setup.MemberAnswered(this, response, now, effects);
    }

    public override void Fail(string reason, Instant now, McxEffects effects) => setup.MemberFailed(leg, reason, effects);

    // RFC 4028 7.3: the same Call-ID and tag, the next CSeq.
    private SipRequest Again()
    {
        SipRequest again = invite.Clone();
        again.Headers.Set("CSeq", $"{invite.CSeq.Number + 1} {SipMethods.Invite}");
        timer.Offer(again);
        return again;
    }

    /// <summary>A PRACK that is refused or lost is the member's loss: it repeats its response, and gives up in time.</summary>
    private sealed class Acknowledgement : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
        }

        public override void Fail(string reason, Instant now, McxEffects effects)
        {
        }
    }
}
