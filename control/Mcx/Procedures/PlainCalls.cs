using System.Globalization;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The group calls of plain SIP endpoints: what differs from MCPTT clients, which is all of SIP's and SDP's content.</summary>
internal sealed class PlainCalls(McContext context, SessionHeaders headers)
{
    /// <summary>
    /// Reads the INVITE of a plain endpoint, which calls a group by its Request-URI. False when it was refused here.
    /// </summary>
    /// <param name="groupId">A constituent of a regroup is the regroup: nobody could tell the endpoint of it.</param>
    public bool TryRead(
        SipTransactionId transaction,
        SipRequest request,
        McUser caller,
        McxEffects effects,
        out PlainSession session,
        out SessionDescription offer,
        out string groupId)
    {
        session = new PlainSession(caller.PlainSip!.Security, context.Entropy);
        offer = null!;
        groupId = McIdentity.Normalise(request.RequestUri) ?? string.Empty;
        if (context.State.RegroupOfConstituent.TryGetValue(groupId, out string? regroup)
            && context.State.Regroups[regroup].HasMember(McIdentity.Normalise(caller.McpttId)!, PlainSipProfile.ClientId))
            groupId = regroup;
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, caller.McpttId, reason, effects);
            return false;
        }
        offer = bodies.Description!;
        if (offer is not null && session.TryTakeOffer(offer, out reason))
            return true;
        RefuseOffer(transaction, request, caller.McpttId, offer is null ? "no session description" : reason, effects);
        return false;
    }

    /// <summary>
    /// The leg is a telephone's. Its Contact names where we listen: telephones that are told their server's address cannot resolve
    /// the domain, and no proxy of theirs need have put itself into the route.
    /// </summary>
    public void Begin(CallLeg leg, PlainSession session)
    {
        leg.Plain = session;
        SipDestination destination = leg.Destination;
        if (context.Options.SentBy is { } sentBy)
        {
            (string host, int port) = sentBy(destination);
            leg.Contact = string.Create(
                CultureInfo.InvariantCulture, $"<sip:{leg.Call.SessionUser}@{host}:{port};transport={destination.Transport.UriName()}>;isfocus");
        }
        else
        {
            leg.Contact = $"<{leg.Call.SessionUri};transport={destination.Transport.UriName()}>;isfocus";
        }
    }

    /// <summary>The INVITE to a member: from the group, and with nothing a telephone does not know.</summary>
    public SipRequest NewInvite(CallLeg leg, Registration registration, bool inClear)
    {
        GroupCall call = leg.Call;
        SipRequest invite = context.NewRequest(SipMethods.Invite, registration.Contact, leg.User.SipIdentity, call.GroupId);
        foreach (string header in (string[])["P-Asserted-Service", "Accept-Contact"])
            invite.Headers.Remove(header);
        invite.Headers.Add("Contact", leg.Contact);
        // The two ways in which telephones are told to answer at once.
        invite.Headers.Add("Answer-Mode", "Auto");
        invite.Headers.Add("Call-Info", $"<{call.GroupId}>;answer-after=0");
        McContext.SetBody(invite, new MimePart(ContentTypes.Sdp, leg.Plain!.Offer(call, context.Options.MediaAddressesOf(call.Number), inClear).Serialise()));
        return invite;
    }

    /// <summary>The body of the answer to the endpoint's offer.</summary>
    public MimePart Answer(CallLeg leg) =>
        new(ContentTypes.Sdp, leg.Plain!.Answer(leg.Call, context.Options.MediaAddressesOf(leg.Call.Number)).Serialise());

    /// <summary>Hold, resume and any other change of media by re-INVITE or UPDATE. What cannot be taken changes nothing.</summary>
    public void HandleOffer(SipTransactionId transaction, SipRequest request, CallLeg leg, McUser user, Instant now, McxEffects effects)
    {
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        PlainEndpoint before = leg.Plain!.Endpoint!;
        if (bodies.Description is not { } offer || !leg.Plain.TryTakeOffer(offer, out reason))
        {
            RefuseOffer(transaction, request, user.McpttId, bodies.Description is null ? "no session description" : reason, effects);
            return;
        }
        SipResponse ok = SipResponse.For(request, 200);
        headers.Succeed(leg, request, ok, now);
        McContext.SetBody(ok, Answer(leg));
        effects.Respond(transaction, ok);
        Change(leg, before, effects);
    }

    /// <summary>The answer to what the server offered again; false when it cannot be taken.</summary>
    public bool TryTakeAnswer(CallLeg leg, SessionDescription answer, McxEffects effects, out string reason)
    {
        PlainEndpoint before = leg.Plain!.Endpoint!;
        if (!leg.Plain.TryTakeAnswer(answer, out reason))
            return false;
        Change(leg, before, effects);
        return true;
    }

    private void Change(CallLeg leg, PlainEndpoint before, McxEffects effects)
    {
        PlainEndpoint endpoint = leg.Plain!.Endpoint!;
        if (leg.Plain.KeptKeys && endpoint == before with { Keys = null })
            return;
        effects.Log("call-media-changed", leg.Call.GroupId, $"{leg.User.McpttId} {(endpoint.Receives ? "takes part" : "holds")}");
        if (leg.InMedia)
            effects.Submit(new MediaEffect.ChangePlainLeg(leg.Call.Number, leg.Number, endpoint, leg.Plain.KeptKeys));
        if (endpoint.Keys is not null)
            context.DisposeLater(endpoint.Keys);
    }

    /// <summary>Brings the leg into the media plane; false when no SSRC is left for it.</summary>
    public bool TryAddToMedia(CallLeg leg, McxEffects effects)
    {
        PlainEndpoint endpoint = leg.Plain!.Endpoint!;
        if (endpoint.Keys is not null)
            context.DisposeLater(endpoint.Keys);
        if (!context.ServerSsrcs.TryTakeForMedia(leg.McpttId, effects, out uint audioSsrc))
            return false;
        PlainTalkPolicy talk = leg.User.PlainSip!.Talk;
        var profile = new FloorParticipantProfile
        {
            McpttId = leg.User.McpttId,
            QueueingNegotiated = true,
            NegotiatedPriority = leg.UserPriority,
            ReceiveOnly = leg.Member?.ReceiveOnly == true || talk.Mode == PlainTalkMode.Never,
            AudioSsrc = audioSsrc,
        };
        effects.Submit(new MediaEffect.AddPlainLeg(
            leg.Call.Number, leg.Number, leg.User.McpttId, endpoint, audioSsrc, leg.Plain.EndpointSsrc, talk, profile));
        return true;
    }

    private void RefuseOffer(SipTransactionId transaction, SipRequest request, string mcpttId, string reason, McxEffects effects)
    {
        context.Respond(transaction, request, 488, effects);
        effects.Warn("request-refused", mcpttId, $"INVITE refused with 488: {reason}");
    }
}
