using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Prearranged group call set-up at the controlling function (TS 24.379 10.1.1.4.2): checks in the clause's order, members
/// invited, the caller answered when the first member has answered; joining a running call; late entry (10.1.1.4.6).
/// </summary>
internal sealed class GroupCallSetup(
    McContext context, RegroupNotification notification, GroupCallRelease release, ClientServerKeys clientServerKeys, GroupKeyManagement groupKeys,
    CallMulticast multicast, PlainCalls plainCalls, SessionHeaders headers)
{
    public void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser caller, Instant now, McxEffects effects)
    {
        void Refuse(McxWarning warning, string detail) =>
            context.Refuse(transaction, request, warning, caller.McpttId, detail, effects);

        if (SessionTimer.Refusal(request, context.Options.SessionTimer) is { } tooShort)
        {
            effects.Respond(transaction, tooShort);
            return;
        }
        if (caller.PlainSip is not null)
        {
            if (!plainCalls.TryRead(transaction, request, caller, effects, out PlainSession session, out SessionDescription plainOffer, out string called))
                return;
            Registration? registered = context.State.Registrations.GetValueOrDefault(
                McState.ClientKey(McIdentity.Normalise(caller.McpttId)!, PlainSipProfile.ClientId));
            if (registered is null)
                Refuse(McxWarning.UserUnknown, "the caller is not registered");
            else
                Enter(transaction, request, flow, caller, registered.ClientId, called, plainOffer, info: null, session, now, effects);
            return;
        }
        if (!request.Headers.GetAll("Accept-Contact").Any(value => value.Contains(McContext.FeatureTag, StringComparison.OrdinalIgnoreCase)))
        {
            context.Respond(transaction, request, 403, effects);
            effects.Warn("request-refused", caller.McpttId, "INVITE refused with 403: Accept-Contact lacks g.3gpp.mcptt");
            return;
        }
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, caller.McpttId, reason, effects);
            return;
        }
        if (bodies.Description is not { } offer || !CallSession.IsAcceptable(offer, out reason))
        {
            context.Respond(transaction, request, 488, effects);
            effects.Warn("request-refused", caller.McpttId, $"INVITE refused with 488: {(bodies.Description is null ? "no session description" : reason)}");
            return;
        }
        string mcpttId = McIdentity.Normalise(caller.McpttId)!;
        string? groupId = McIdentity.Normalise(bodies.Info?.RequestUri);
        Registration? registration = context.State.RegistrationsOf(mcpttId)
            .FirstOrDefault(candidate => bodies.Info?.ClientId is null || candidate.ClientId == bodies.Info.ClientId);
        if (registration is null)
        {
            Refuse(McxWarning.UserUnknown, "the caller has no registered client of that identity");
            return;
        }
        if (clientServerKeys.Of(caller, registration.Id) is null)
        {
            context.Refuse(transaction, request, 403, "no client-server key (CSK): upload one when registering", caller.McpttId, effects);
            return;
        }
        if (groupId is null)
        {
            Refuse(McxWarning.InvalidBody, "mcptt-request-uri does not name a group");
            return;
        }
        Enter(transaction, request, flow, caller, registration.ClientId, groupId, offer, bodies.Info, plain: null, now, effects);
    }

    /// <summary>The caller is known and its offer can be used: the group's part of the checks, and the call.</summary>
    private void Enter(
        SipTransactionId transaction, SipRequest request, SipFlow flow, McUser caller, string clientId, string groupId,
        SessionDescription offer, McpttInfo? info, PlainSession? plain, Instant now, McxEffects effects)
    {
        void Refuse(McxWarning warning, string detail) =>
            context.Refuse(transaction, request, warning, caller.McpttId, detail, effects);

        string mcpttId = McIdentity.Normalise(caller.McpttId)!;
        if (FindGroup(groupId, mcpttId, clientId, Refuse, effects) is not { } configuration)
            return;
        GroupCall? running = context.State.CallsByGroup.GetValueOrDefault(groupId);
        int participants = (running?.Legs.Count ?? 0) + (running?.LegOf(mcpttId, clientId) is null ? 1 : 0);
        if (participants > configuration.MaxParticipants)
        {
            Refuse(McxWarning.TooManyParticipants, $"{configuration.MaxParticipants} may take part");
            return;
        }
        if (running is null && context.State.CallsByNumber.Count >= context.Options.MaxCalls)
        {
            SipResponse noResources = context.Reply(request, 500);
            noResources.Headers.Add("Retry-After", "10");
            effects.Respond(transaction, noResources);
            effects.Warn("call-limit", groupId, $"{context.Options.MaxCalls} calls are up");
            return;
        }

        if (CallKind.RefusalOf(caller, configuration, info) is { } refusal)
        {
            Refuse(refusal.Warning, refusal.Detail);
            return;
        }
        FloorIndicator? callType = CallKind.CallTypeOf(info);
        GroupCall call = running ?? Create(groupId, configuration, CallKind.IsBroadcast(configuration, info), callType);
        // The client lost its call and calls again: the old leg is gone for it.
        CallLeg? stale = call.LegOf(mcpttId, clientId);
        if (stale is not null)
            release.Drop(stale, effects);
        CallLeg leg = call.Add(caller, clientId, McContext.DestinationBehind(flow, request));
        if (running is null || stale == call.Initiator)
            call.Initiator = leg;
        if (running is null)
            Open(call, now, effects);
        else if (callType is { } urgent and not FloorIndicator.Normal)
            CallUpgrade.Apply(call, urgent, caller, effects);
        if (running is not null && stale is not null && call.IsBroadcast)
            effects.Submit(new MediaEffect.SetFloorPolicy(call.Number, call.FloorPolicy));
        leg.Remote = offer;
        if (plain is not null)
            plainCalls.Begin(leg, plain);
        leg.PrivacyRequested = AsksForPrivacy(request);
        leg.UnansweredInvite = (transaction, request);
        leg.ImplicitFloorRequest = running is null && plain is null && FloorNegotiation.AsksForFloor(offer);
        context.State.LegsByInvite[transaction] = leg;
        if (running is not null)
        {
            effects.Log("call-joined", groupId, caller.McpttId);
            Answer(leg, McxWarning.SessionExists, now, effects);
            // Who started the call and waits for a first member has one now: two members called at the same time.
            AnswerWaiting(running, now, effects);
            return;
        }
        effects.Log("call-started", groupId, $"by {caller.McpttId}, keys of {configuration.Id}");
        int invited = 0;
        foreach ((string memberId, string memberClient) in ClientsOf(groupId))
        {
            if ((memberId, memberClient) != (mcpttId, clientId)
                && Invite(call, memberId, memberClient, leg.PrivacyRequested ? null : caller.McpttId, effects))
                invited++;
        }
        if (invited == 0)
            release.Abandon(call, 480, "no other affiliated client can be reached", effects);
    }

    /// <summary>A client that affiliates to a group whose call is running is invited to it (TS 24.379 10.1.1.4.6).</summary>
    public void InviteLate(string groupId, string mcpttId, string clientId, Instant now, McxEffects effects)
    {
        if (!context.State.CallsByGroup.TryGetValue(groupId, out GroupCall? call) || call.LegOf(mcpttId, clientId) is not null)
            return;
        effects.Log("call-late-entry", groupId, mcpttId);
        Invite(call, mcpttId, clientId, mcpttId, effects);
    }

    /// <summary>The ACK of a caller: an implicit floor request counts from here.</summary>
    public void Acknowledged(CallLeg leg, McxEffects effects) => AddToMedia(leg, effects);

    /// <summary>The answer of an invited member.</summary>
    public void MemberAnswered(MemberInvite invite, SipResponse response, Instant now, McxEffects effects)
    {
        CallLeg leg = invite.Leg;
        // Not Acceptable Here: an endpoint without SRTP.
        if (response.Status == 488 && leg is { State: CallLegState.Inviting, Plain.MayOfferInClear: true }
            && context.State.Registrations.TryGetValue(McState.ClientKey(leg.McpttId, leg.ClientId), out Registration? registration))
        {
            SendInvite(leg, plainCalls.NewInvite(leg, registration, inClear: true), null, effects);
            return;
        }
        if (response.Status >= 300)
        {
            MemberFailed(leg, $"answered {response.Status} {response.Reason}", effects);
            return;
        }
        SipDialog dialog = invite.DialogOf(response);
        // Every 2xx is acknowledged, also a repeated one or one that comes after the call ended (RFC 3261 13.2.2.4).
        effects.Acknowledge(dialog.CreateAck(invite.CSeq), leg.Destination);
        if (leg.Dialog?.Id == dialog.Id)
            return;
        // A proxy forked the INVITE and another device answered first.
        if (leg.State == CallLegState.Established)
        {
            release.SendBye(leg, dialog, effects);
            return;
        }
        leg.InviteToken = null;
        leg.Session = invite.Confirm(response, now);
        string reason = "no session description";
        if (leg.State == CallLegState.Ended || leg.Call.Released
            || !RequestBodies.TryRead(invite.AnswerOf(response), out RequestBodies bodies, out reason)
            || bodies.Description is not { } answer
            || !(leg.Plain is { } plain ? plain.TryTakeAnswer(answer, out reason) : CallSession.IsAcceptable(answer, out reason)))
        {
            release.SendBye(leg, dialog, effects);
            if (leg.State != CallLegState.Ended)
                MemberFailed(leg, $"an answer that cannot be used: {reason}", effects);
            return;
        }
        leg.State = CallLegState.Established;
        leg.Remote = answer;
        leg.PrivacyRequested = AsksForPrivacy(response);
        context.State.LegsByDialog[dialog.Id] = leg;
        context.SessionDeadlines.Set(leg, leg.Session.NextDeadline);
        effects.Log("call-member-joined", leg.Call.GroupId, leg.User.McpttId);
        // The caller first: nobody may ask for the floor before its implicit request counts.
        AnswerWaiting(leg.Call, now, effects);
        AddToMedia(leg, effects);
    }

    /// <summary>An invited member refused or cannot be reached; the call goes on without it.</summary>
    public void MemberFailed(CallLeg leg, string reason, McxEffects effects)
    {
        if (leg.State == CallLegState.Ended)
            return;
        effects.Warn("call-member-failed", leg.Call.GroupId, $"{leg.User.McpttId}: {reason}");
        leg.InviteToken = null;
        release.Drop(leg, effects);
        if (!leg.Call.Released && leg.Call.Legs.All(other => other.UnansweredInvite is not null))
            release.Abandon(leg.Call, 480, "no member answered", effects);
    }

    /// <summary>Items 3 to 8 of the clause's checks; null when the request was refused.</summary>
    private McGroup? FindGroup(string groupId, string mcpttId, string clientId, Action<McxWarning, string> refuse, McxEffects effects)
    {
        if (context.State.Regroups.TryGetValue(groupId, out PreconfiguredRegroup? regroup))
        {
            if (!regroup.HasMember(mcpttId, clientId))
            {
                refuse(McxWarning.NotAffiliated, $"not a member of regroup {groupId}");
                return null;
            }
            // preconfigured-group-use-only is not inherited by the regroup (TS 24.379 16.1).
            McGroup? preconfigured = context.Organisation.Group(regroup.PreconfiguredGroup);
            if (preconfigured is null)
                refuse(McxWarning.GroupDocumentMissing, $"the preconfigured group {regroup.PreconfiguredGroup} of {groupId} was deleted");
            return preconfigured;
        }
        if (context.Organisation.Group(groupId) is not { } group)
        {
            refuse(McxWarning.GroupDocumentMissing, $"there is no group {groupId}");
            return null;
        }
        if (group.Disabled)
        {
            refuse(McxWarning.GroupDisabled, $"{groupId} is disabled");
            return null;
        }
        if (!group.Members.ContainsKey(mcpttId))
        {
            refuse(McxWarning.NotGroupMember, $"not a member of {groupId}");
            return null;
        }
        if (context.State.RegroupOfConstituent.TryGetValue(groupId, out string? regroupId))
        {
            refuse(McxWarning.GroupRegrouped, $"{groupId} is regrouped into {regroupId}");
            // Whoever calls a constituent missed the notice (TS 23.379 10.6.2.9.5.1).
            notification.NotifyAllOf(mcpttId, clientId, effects);
            return null;
        }
        if (group.PreconfiguredGroupUseOnly)
        {
            refuse(McxWarning.PreconfiguredGroupNotCallable, $"{groupId} is for regrouping only");
            return null;
        }
        if (context.State.Affiliations.GetValueOrDefault(McState.ClientKey(mcpttId, clientId))?.Groups.Contains(groupId) != true)
        {
            refuse(McxWarning.NotAffiliated, $"not affiliated to {groupId}");
            return null;
        }
        return group;
    }

    private IEnumerable<(string McpttId, string ClientId)> ClientsOf(string groupId) =>
        context.State.Regroups.TryGetValue(groupId, out PreconfiguredRegroup? regroup)
            ? regroup.Members.Select(member => (member.McpttId, member.ClientId))
            : context.State.AffiliatedTo(groupId).Select(affiliation => (affiliation.McpttId, affiliation.ClientId));

    private GroupCall Create(string groupId, McGroup configuration, bool broadcast, FloorIndicator? callType)
    {
        ulong number = context.RandomNumber();
        var call = new GroupCall(number, groupId, configuration, $"sip:call-{number:x16}@{context.Options.HostName}")
        {
            IsBroadcast = broadcast,
            RosterChanged = changed => context.State.ChangedRosters.Add(changed),
            CallType = callType ?? FloorIndicator.Normal,
        };
        context.State.CallsByGroup[groupId] = call;
        context.State.CallsByNumber[number] = call;
        return call;
    }

    private void Open(GroupCall call, Instant now, McxEffects effects)
    {
        call.Since = context.WallClock(now);
        IReadOnlyList<GroupMasterKey> keys = groupKeys.KeysOf(call.Configuration, now, effects);
        call.Subchannel = multicast.Open(call, now, effects);
        effects.Submit(new MediaEffect.OpenCall(call.Number, call.GroupId, call.FloorPolicy, keys[0], call.Subchannel));
        foreach (GroupMasterKey key in keys.Skip(1))
            effects.Submit(new MediaEffect.InstallGroupKey(call.Number, key));
    }

    private bool Invite(GroupCall call, string mcpttId, string clientId, string? callerId, McxEffects effects)
    {
        if (call.Legs.Count >= call.Configuration.MaxParticipants
            || !context.State.Registrations.TryGetValue(McState.ClientKey(mcpttId, clientId), out Registration? registration)
            || context.Organisation.UserByMcpttId(mcpttId) is not { } user)
        {
            effects.Log("call-member-not-invited", call.GroupId, $"{mcpttId} is not registered, or the call is full");
            return false;
        }
        if (user.PlainSip is { } profile)
        {
            CallLeg plainLeg = call.Add(user, clientId, context.DestinationOf(registration));
            plainCalls.Begin(plainLeg, new PlainSession(profile.Security, context.Entropy));
            SendInvite(plainLeg, plainCalls.NewInvite(plainLeg, registration, inClear: false), null, effects);
            return true;
        }
        if (clientServerKeys.Of(user, registration.Id) is not { } csk)
        {
            effects.Warn("call-member-not-invited", call.GroupId, $"{mcpttId} has no client-server key (CSK): its client uploads one when it registers");
            return false;
        }
        CallLeg leg = call.Add(user, clientId, context.DestinationOf(registration));
        SipRequest invite = context.NewRequest("INVITE", registration.Contact, mcpttId);
        invite.Headers.Add("Contact", $"<{call.SessionUri};transport={registration.Transport.UriName()}>;{McContext.ContactFeatures};isfocus");
        invite.Headers.Add("Answer-Mode", context.State.Settings.GetValueOrDefault(registration.Id)?.AnswersManually == true ? "Manual" : "Auto");
        McpttInfo info = CallKind.Describe(call, new McpttInfo
        {
            SessionType = "prearranged",
            RequestUri = user.McpttId,
            CallingUserId = callerId,
            CallingGroupId = call.GroupId,
        });
        TryTakeServerSsrc(leg, csk, effects);
        SessionDescription offer = CallSession.Offer(leg, context.Options.MediaAddressesOf(call.Number));
        McContext.SetBody(invite,
            new MimePart(ContentTypes.Sdp, offer.Serialise()),
            new MimePart(ContentTypes.McpttInfo, info.Serialise()));
        SendInvite(leg, invite, null, effects);
        return true;
    }

    /// <param name="timer">Of an INVITE that is sent again; null = a new one.</param>
    public void SendInvite(CallLeg leg, SipRequest invite, SessionTimer? timer, McxEffects effects)
    {
        if (context.State.Registrations.TryGetValue(leg.Client, out Registration? registration))
            leg.InviteToken = context.SendTo(registration, invite, new MemberInvite(this, context, leg, invite, timer ?? headers.Offer(invite)), effects);
        else
            MemberFailed(leg, "is not registered any more", effects);
    }

    private void AnswerWaiting(GroupCall call, Instant now, McxEffects effects)
    {
        // One at a time: an answer may end the call and with it the other legs.
        while (call.Legs.FirstOrDefault(leg => leg.UnansweredInvite is not null) is { } waiting)
            Answer(waiting, null, now, effects);
    }

    private void Answer(CallLeg leg, McxWarning? warning, Instant now, McxEffects effects)
    {
        (SipTransactionId transaction, SipRequest request) = leg.UnansweredInvite!.Value;
        SipResponse ok = context.Reply(request, 200);
        ok.Headers.Add("Contact", leg.Contact);
        ok.Headers.Add("P-Asserted-Identity", $"<{context.Options.ServerUri}>");
        if (warning is not null)
            ok.AddWarning(context.Options.HostName, warning.Code, warning.Text);
        if (leg.Plain is null)
            SetBody(ok, leg, effects);
        else
            McContext.SetBody(ok, plainCalls.Answer(leg));
        leg.UnansweredInvite = null;
        leg.State = CallLegState.Established;
        headers.Begin(leg, request, ok, now);
        context.State.LegsByInvite.Remove(transaction);
        context.State.LegsByDialog[leg.Dialog!.Id] = leg;
        effects.Respond(transaction, ok);
        // The host lets media effects out first, so the leg is there before the client can ask for the floor; an implicit
        // request that the answer does not grant waits for the ACK (TS 24.380 6.3.4.2.2).
        if (!leg.ImplicitFloorRequest || leg.GrantInAnswer)
            AddToMedia(leg, effects);
    }

    private void SetBody(SipResponse ok, CallLeg leg, McxEffects effects)
    {
        GroupCall call = leg.Call;
        if (FloorNegotiation.NamesFloorSsrc(leg.Remote!) && CskOf(leg) is { } csk)
            TryTakeServerSsrc(leg, csk, effects);
        leg.GrantInAnswer = leg.ImplicitFloorRequest && FloorNegotiation.TakesGrantInAnswer(leg.Remote!) && IsGrantCertain(leg);
        SessionDescription answer = CallSession.Answer(
            leg, leg.Remote!, context.Options.MediaAddressesOf(call.Number), leg.ImplicitFloorRequest, leg.GrantInAnswer);
        McpttInfo info = CallKind.Describe(call, new McpttInfo { SessionType = "prearranged", CallingGroupId = call.GroupId });
        McContext.SetBody(ok, new MimePart(ContentTypes.Sdp, answer.Serialise()), new MimePart(ContentTypes.McpttInfo, info.Serialise()));
    }

    // Who is first in the media plane finds the floor idle.
    private static bool IsGrantCertain(CallLeg leg) =>
        leg.Member?.ReceiveOnly != true && leg.Call.Legs.All(other => !other.InMedia);

    private ClientServerKey? CskOf(CallLeg leg) => clientServerKeys.Of(leg.User, McState.ClientKey(leg.McpttId, leg.ClientId));

    private bool TryTakeServerSsrc(CallLeg leg, ClientServerKey csk, McxEffects effects)
    {
        uint audioSsrc = FloorNegotiation.AudioSsrcOf(leg.Remote);
        uint floorSsrc = FloorNegotiation.FloorSsrcOf(leg.Remote);
        // Offered before the client's own were known; an SSRC serves one CSK, and only one side of it.
        if (leg.ServerSsrc != 0 && leg.ServerSsrcKey == csk.Id && leg.ServerSsrc != audioSsrc && leg.ServerSsrc != floorSsrc)
            return true;
        if (leg.ServerSsrc != 0 && floorSsrc != 0)
            return false;
        uint serverSsrc;
        do
        {
            if (!context.ServerSsrcs.TryTake(csk.Id, audioSsrc, effects, out serverSsrc))
                return false;
        }
        while (serverSsrc == floorSsrc);
        (leg.ServerSsrc, leg.ServerSsrcKey) = (serverSsrc, csk.Id);
        return true;
    }

    private static bool AsksForPrivacy(SipMessage message) => message.Headers.GetAll("Privacy")
        .SelectMany(value => value.Split(';', StringSplitOptions.TrimEntries))
        .Contains("id", StringComparer.OrdinalIgnoreCase);

    private void AddToMedia(CallLeg leg, McxEffects effects)
    {
        if (leg.InMedia || leg.State != CallLegState.Established || leg.Call.Released)
            return;
        if (leg.Plain is not null)
        {
            leg.InMedia = plainCalls.TryAddToMedia(leg, effects);
            if (!leg.InMedia)
                LeaveWithoutSsrc(leg, effects);
            return;
        }
        SessionDescription remote = leg.Remote!;
        // It was there when the leg was invited; a client that de-registered since may have lost it to the user's others.
        if (CskOf(leg) is not { } csk)
        {
            release.Leave(leg.Call.GroupId, leg.McpttId, leg.ClientId, "its CSK is gone", effects);
            return;
        }
        if (!TryTakeServerSsrc(leg, csk, effects))
        {
            if (leg.ServerSsrc == 0)
            {
                LeaveWithoutSsrc(leg, effects);
                return;
            }
            release.Leave(leg.Call.GroupId, leg.McpttId, leg.ClientId, "its CSK, or an SSRC of its own, does not go with the SSRC it was told", effects);
            return;
        }
        leg.InMedia = true;
        leg.OverMulticast = multicast.CanReach(leg);
        effects.Submit(new MediaEffect.AddLeg(
            leg.Call.Number,
            leg.Number,
            leg.User.McpttId,
            remote.EndPointOf(remote.Audio!),
            remote.EndPointOf(remote.FloorControl!),
            csk,
            leg.ServerSsrc,
            leg.OverMulticast,
            FloorNegotiation.ProfileOf(leg),
            leg.ImplicitFloorRequest)
        {
            FloorSsrc = FloorNegotiation.FloorSsrcOf(remote),
        });
    }

    private void LeaveWithoutSsrc(CallLeg leg, McxEffects effects)
    {
        effects.Warn("server-ssrcs-used-up", leg.User.McpttId, "no SSRC is reserved for what another leg is sent");
        release.Leave(leg.Call.GroupId, leg.McpttId, leg.ClientId, "no SSRC is reserved", effects);
    }
}
