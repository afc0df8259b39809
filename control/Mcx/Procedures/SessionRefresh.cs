using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Session refreshes by this server, and the end of legs whose client is gone (RFC 4028 10).</summary>
internal sealed class SessionRefresh(McContext context, SessionHeaders headers, PlainCalls plainCalls, GroupCallRelease release)
{
    public void Expire(Instant now, McxEffects effects)
    {
        while (context.SessionDeadlines.TryTake(now, out CallLeg? leg))
            Act(leg, leg.Session!.Expire(now), "nobody refreshed the session", effects);
    }

    private void Act(CallLeg leg, SessionTimerAction action, string reason, McxEffects effects)
    {
        if (action == SessionTimerAction.End)
        {
            release.Leave(leg.Call.GroupId, leg.McpttId, leg.ClientId, reason, effects);
            return;
        }
        if (action == SessionTimerAction.Refresh)
            Send(leg, leg.Session!.CreateRefresh(), newKeys: false, effects);
        context.SessionDeadlines.Set(leg, leg.Session!.NextDeadline);
    }

    private void Send(CallLeg leg, SipRequest request, bool newKeys, McxEffects effects)
    {
        headers.Describe(leg, request);
        request.Headers.Add("P-Asserted-Identity", $"<{context.Options.ServerUri}>");
        if (request.Method == SipMethods.Invite)
            McContext.SetBody(request, new MimePart(ContentTypes.Sdp, Description(leg, newKeys).Serialise()));
        SipDestination destination = DestinationOf(leg);
        effects.Send(context.Track(new Refresh(this, leg, request, destination, newKeys)), request, destination);
    }

    private SessionDescription Description(CallLeg leg, bool newKeys)
    {
        MediaAddresses media = context.Options.MediaAddressesOf(leg.Call.Number);
        if (leg.Plain is not { } plain)
            return CallSession.Offer(leg, media);
        return newKeys ? plain.Offer(leg.Call, media, inClear: false) : plain.OfferAgain();
    }

    // A client that registered over a new connection since has lost the one that its leg came over.
    private SipDestination DestinationOf(CallLeg leg)
    {
        IReadOnlyList<RegisteredFlow> ways = context.State.Registrations.WaysTo(leg.Client);
        bool isLost = leg.Destination.Flow is { } former && ways is [{ Flow.Transport: not SipTransportKind.Udp }, ..] && ways.All(way => way.Flow != former);
        return isLost ? ways[0].Destination : leg.Destination;
    }

    private void Answered(CallLeg leg, SipResponse response, bool newKeys, Instant now, McxEffects effects)
    {
        SessionTimerAction action = leg.Session!.Answered(response, now);
        if (response is { IsSuccess: true, CSeq.Method: SipMethods.Invite })
            Take(leg, response, newKeys, effects);
        Act(leg, action, $"answered {response.Status} to a refresh", effects);
    }

    // The answer to a refresh cannot be refused: what of it cannot be used changes nothing.
    private void Take(CallLeg leg, SipResponse response, bool newKeys, McxEffects effects)
    {
        if (!RequestBodies.TryRead(response, out RequestBodies bodies, out string reason) || bodies.Description is not { } answer)
            return;
        bool good = true;
        if (leg.Plain is null)
            (good, reason) = (CallSession.IsSameMedia(leg, answer), "other media");
        else if (!newKeys && leg.Plain.NeedsNewKeys(answer))
            Send(leg, leg.Session!.CreateInvite(), newKeys: true, effects);
        else
            good = plainCalls.TryTakeAnswer(leg, answer, effects, out reason);
        if (!good)
            effects.Warn("call-media-kept", leg.Call.GroupId, $"{leg.User.McpttId} answered a refresh with {reason}");
    }

    private void Failed(CallLeg leg, string reason, Instant now, McxEffects effects) =>
        Act(leg, leg.Session!.Failed(timedOut: reason is not (nameof(SipFailure.TransportError) or nameof(SipFailure.Overloaded)), now), $"no answer to a refresh: {reason}", effects);

    private sealed class Refresh(SessionRefresh sessions, CallLeg leg, SipRequest request, SipDestination destination, bool newKeys) : PendingRequest
    {
        private bool _answered;

        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (response.IsProvisional)
                return;
            if (response.IsSuccess && request.Method == SipMethods.Invite)
                effects.Acknowledge(leg.Dialog!.CreateAck(request.CSeq.Number), destination);
            if (_answered || leg.State == CallLegState.Ended)
                return;
            _answered = true;
            sessions.Answered(leg, response, newKeys, now, effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects)
        {
            if (leg.State != CallLegState.Ended)
                sessions.Failed(leg, reason, now, effects);
        }
    }
}
