using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The basic floor control operation towards one participant (TS 24.380 6.3.5): what comes from the participant and from T8.
/// What comes from the general machine is in <see cref="ParticipantState"/>.
/// </summary>
internal sealed partial class ParticipantMachine(GeneralMachine general, FloorAnnouncer announcer)
{
    private FloorPolicy Policy => announcer.Policy;

    /// <summary>6.3.5.2.2: the session of the participant begins.</summary>
    public void Start(ParticipantState participant, bool implicitRequest, Instant now, FloorEffects effects)
    {
        EffectivePriority priority = EffectivePriority.Implicit(
            participant.Profile.Permit(Policy.CallType), participant.Profile, Policy);
        participant.FollowFloor();
        if (general.State == FloorServerState.G_Initialising)
        {
            if (implicitRequest)
                RequestWhileInitiating(participant, priority, now, effects);
            return;
        }
        if (general.IsIdle)
        {
            if (implicitRequest)
                RequestWhileIdle(participant, priority, withSession: true, now, effects);
            else
                announcer.Idle(participant, effects);
            return;
        }
        bool mayTalk = implicitRequest && !IsForbidden(participant) && !participant.Profile.ReceiveOnly;
        if (mayTalk && general.HasRoom)
            general.Grant(participant, priority, now, effects, toldByAnswer: participant.Profile.GrantInAnswer);
        else if (mayTalk && MayQueue(participant) && general.Queue.WaitingCount < Policy.QueueDepth)
            Enqueue(participant, priority, now, effects);
        else
            TellFloor(participant, effects);
    }

    /// <summary>6.3.5.3.9, 6.3.5.4.8: a session upgrade that is a floor request too.</summary>
    public FloorOutcome RequestImplicitly(
        ParticipantState participant, FloorIndicator callType, Instant now, FloorEffects effects) =>
        Request(participant, EffectivePriority.Implicit(callType, participant.Profile, Policy), now, effects);

    public FloorOutcome Receive(ParticipantState participant, in FloorMessage message, Instant now, FloorEffects effects)
    {
        if (general.State is FloorServerState.Releasing or FloorServerState.StartStop)
            return FloorOutcome.NotSpecifiedInState;
        switch (message.Type)
        {
            case FloorMessageType.Request:
                participant.TakeFrom(message);
                EffectivePriority priority = EffectivePriority.Of(message, participant.Profile, Policy, out bool overclaimed);
                if (overclaimed)
                    effects.AddNotAllowed(participant.Number, FloorMessageType.Request);
                return Request(participant, priority, now, effects);
            case FloorMessageType.Release:
                participant.TrackInfo.TakeFrom(message, FloorField.TrackInfo);
                if (message.AckRequired)
                    announcer.Ack(participant, FloorMessageType.Release, effects);
                Release(participant, now, effects);
                return FloorOutcome.Ok;
            case FloorMessageType.QueuePositionRequest
                when participant.State == FloorServerParticipantState.U_NotPermittedAndFloorTaken: // 6.3.5.4.7
                participant.TrackInfo.TakeFrom(message, FloorField.TrackInfo);
                TellQueuePosition(participant, effects);
                return FloorOutcome.Ok;
            case FloorMessageType.Ack:
                if (message.TryGetMessageType(out FloorMessageType acknowledged))
                    participant.TakeAck(acknowledged);
                return FloorOutcome.Ok;
            case FloorMessageType.UnicastMediaFlowControl when message.TryGetMediaFlowControlIndicator(out bool resume):
                if (message.AckRequired)
                    announcer.Ack(participant, FloorMessageType.UnicastMediaFlowControl, effects);
                effects.Add(resume ? FloorEffectKind.UnicastMediaResumed : FloorEffectKind.UnicastMediaStopped,
                    participant.Number);
                return FloorOutcome.Ok;
            case FloorMessageType.QueuedFloorRequests when participant.Profile.MayCancelQueued:
                return CancelQueued(participant, message, effects);
            case FloorMessageType.RevokeRequest when participant.Profile.MayRevoke:
                return RevokeTalker(participant, message, now, effects);
            case FloorMessageType.QueuedFloorRequests or FloorMessageType.RevokeRequest:
            case var type when type.IsOfServerOnly():
                effects.AddNotAllowed(participant.Number, message.Type);
                return FloorOutcome.NotAllowed;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    /// <summary>6.3.5.3, 6.3.5.4, 6.3.5.7: media of someone who is not permitted to send it. Never forwarded.</summary>
    public void ForbiddenMedia(ParticipantState participant, Instant now, FloorEffects effects)
    {
        switch (participant.State)
        {
            case FloorServerParticipantState.U_NotPermittedAndFloorIdle:
            case FloorServerParticipantState.U_NotPermittedAndFloorTaken:
                if (now <= participant.MediaInFlightUntil)
                    return;
                participant.LastForbiddenMedia = now;
                announcer.Revoke(participant, FloorRevokeCause.NoPermissionToSendMedia, effects);
                participant.Revoked(FloorRevokeCause.NoPermissionToSendMedia, now, Policy.T8);
                break;
            case FloorServerParticipantState.U_NotPermittedButSendsMedia:
                participant.LastForbiddenMedia = now;
                break;
        }
    }

    /// <summary>6.3.5.6, 6.3.5.7: T8 expiry.</summary>
    public void ExpireT8(ParticipantState participant, Instant now, FloorEffects effects)
    {
        bool permitted = participant.State == FloorServerParticipantState.U_PendingFloorRevoke;
        if (!permitted && now - participant.LastForbiddenMedia >= Policy.T1)
        {
            // The media stopped without a Floor Release: nothing is left to revoke.
            participant.FollowFloor();
            return;
        }
        participant.C8++;
        if (participant.C8 <= Policy.C8)
            announcer.Revoke(participant, participant.RevokeCause, effects);
        else if (participant.C8 == Policy.C8 + 1)
            effects.Add(FloorEffectKind.ParticipantUnresponsive, participant.Number);
        participant.StartT8(now, Policy.T8);
    }

    /// <summary>Something told was not acknowledged: what holds by now is told instead, so nothing old is ever repeated.</summary>
    public void ExpireAck(ParticipantState participant, Instant now, FloorEffects effects)
    {
        int attempts = participant.AckAttempts;
        if (attempts >= Policy.AckAttempts)
        {
            participant.StopExpectingAck();
            return;
        }
        switch (participant.Unacknowledged)
        {
            case FloorMessageType.Granted when participant.Talker is { } talker:
                general.TellGranted(talker, now, effects);
                break;
            case FloorMessageType.Deny:
                announcer.Deny(participant, participant.DenyCause, effects);
                break;
            case FloorMessageType.QueuePositionInfo when participant.IsQueued:
                TellQueuePosition(participant, effects);
                break;
            case FloorMessageType.Idle or FloorMessageType.Taken when participant.Talker is null:
                TellFloor(participant, effects);
                break;
            default: // what was told does not hold any more, and what came after it was told too
                participant.StopExpectingAck();
                return;
        }
        participant.AckAttempts = attempts + 1;
    }

    /// <summary>A request waited longer than the policy allows.</summary>
    public void ExpireQueued(ParticipantState participant, FloorEffects effects) =>
        announcer.Deny(participant, FloorDenyCause.Other, effects);

    /// <summary>6.3.5.8: the session of the participant ended.</summary>
    public void End(ParticipantState participant, Instant now, FloorEffects effects)
    {
        general.Queue.Remove(participant);
        participant.Release();
        if (participant.Talker is { } talker)
            general.End(talker, now, effects);
    }

    // 6.3.5.4.15
    private FloorOutcome RevokeTalker(ParticipantState participant, in FloorMessage message, Instant now, FloorEffects effects) =>
        participant.State == FloorServerParticipantState.U_NotPermittedAndFloorTaken &&
        message.TryGetFloorRevokeRequestUserId(out ReadOnlySpan<byte> talker)
            ? general.RevokeTalker(talker, now, effects)
            : FloorOutcome.NotSpecifiedInState;

    private void Release(ParticipantState participant, Instant now, FloorEffects effects)
    {
        if (participant.Talker is { } talker)
        {
            general.End(talker, now, effects);
            return;
        }
        general.Queue.Remove(participant);
        if (participant.State == FloorServerParticipantState.U_NotPermittedAndInitiating)
            return;
        participant.FollowFloor();
        TellFloor(participant, effects);
    }

    private void TellFloor(ParticipantState participant, FloorEffects effects)
    {
        if (general.Talkers.First is not { } first)
        {
            announcer.Idle(participant, effects);
            return;
        }
        // In a multi-talker group the newest is named, with all of them in the lists.
        announcer.Taken(participant, Policy.MaxTalkers > 1 ? general.Talkers.All[^1] : first, effects);
        if (general.Talkers.Overriding is { } overriding)
            announcer.Taken(participant, overriding, effects);
    }
}
