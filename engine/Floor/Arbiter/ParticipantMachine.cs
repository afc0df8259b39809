using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The basic floor control operation towards one participant (TS 24.380 6.3.5): what comes from the participant and from T8.
/// What comes from the general machine is in <see cref="ParticipantState"/>.
/// </summary>
internal sealed class ParticipantMachine(GeneralMachine general, FloorAnnouncer announcer)
{
    private FloorPolicy Policy => announcer.Policy;

    /// <summary>6.3.5.2.2: the session of the participant begins.</summary>
    public void Start(ParticipantState participant, bool implicitRequest, Instant now, FloorEffects effects)
    {
        EffectivePriority priority = EffectivePriority.Implicit(FloorIndicator.Normal, participant.Profile, Policy);
        if (general.State == FloorServerState.G_FloorIdle)
        {
            participant.FloorIsIdle();
            if (implicitRequest)
                RequestWhileIdle(participant, priority, withSession: true, now, effects);
            else
                announcer.Idle(participant, effects);
            return;
        }
        participant.FloorIsTaken();
        bool waits = implicitRequest && MayQueue(participant) && !IsForbidden(participant) && !participant.Profile.ReceiveOnly &&
            general.Queue.WaitingCount < Policy.QueueDepth;
        if (waits)
            Enqueue(participant, priority, now, effects);
        else
            announcer.Taken(participant, general.Talker!, effects);
    }

    /// <summary>6.3.5.3.9, 6.3.5.4.8: a session upgrade that is a floor request too.</summary>
    public FloorOutcome RequestImplicitly(
        ParticipantState participant, FloorIndicator callType, Instant now, FloorEffects effects) =>
        Request(participant, EffectivePriority.Implicit(callType, participant.Profile, Policy), now, effects);

    public FloorOutcome Receive(ParticipantState participant, FloorMessage message, Instant now, FloorEffects effects)
    {
        if (participant.State is FloorServerParticipantState.Releasing or FloorServerParticipantState.StartStop)
            return FloorOutcome.NotSpecifiedInState;
        switch (message.Type)
        {
            case FloorMessageType.Request:
                participant.TrackInfo.TakeFrom(message, FloorField.TrackInfo);
                participant.FunctionalAlias.TakeFrom(message, FloorField.FunctionalAlias);
                participant.Location.TakeFrom(message, FloorField.Location);
                return Request(participant, EffectivePriority.Of(message, participant.Profile, Policy), now, effects);
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
                return FloorOutcome.Ok;
            case FloorMessageType.UnicastMediaFlowControl when message.TryGetMediaFlowControlIndicator(out bool resume):
                if (message.AckRequired)
                    announcer.Ack(participant, FloorMessageType.UnicastMediaFlowControl, effects);
                effects.Add(resume ? FloorEffectKind.UnicastMediaResumed : FloorEffectKind.UnicastMediaStopped,
                    participant.Number);
                return FloorOutcome.Ok;
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
            FollowFloor(participant);
            return;
        }
        participant.C8++;
        if (participant.C8 <= Policy.C8)
            announcer.Revoke(participant, participant.RevokeCause, effects);
        else if (participant.C8 == Policy.C8 + 1)
            effects.Add(FloorEffectKind.ParticipantUnresponsive, participant.Number);
        participant.StartT8(now, Policy.T8);
    }

    /// <summary>A request waited longer than the policy allows.</summary>
    public void ExpireQueued(ParticipantState participant, FloorEffects effects) =>
        announcer.Deny(participant, FloorDenyCause.Other, effects);

    /// <summary>6.3.5.8: the session of the participant ended.</summary>
    public void End(ParticipantState participant, Instant now, FloorEffects effects)
    {
        general.Queue.Remove(participant);
        participant.Release();
        if (participant == general.Talker)
            general.TalkerDone(now, effects);
    }

    private FloorOutcome Request(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        switch (participant.State)
        {
            case FloorServerParticipantState.U_NotPermittedAndFloorIdle:
                RequestWhileIdle(participant, priority, withSession: false, now, effects);
                return FloorOutcome.Ok;
            case FloorServerParticipantState.U_NotPermittedAndFloorTaken:
                RequestWhileTaken(participant, priority, now, effects);
                return FloorOutcome.Ok;
            case FloorServerParticipantState.U_Permitted:
                general.RequestFromTalker(priority, now, effects);
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private void RequestWhileIdle(
        ParticipantState participant, EffectivePriority priority, bool withSession, Instant now, FloorEffects effects)
    {
        if (IsForbidden(participant))
            announcer.Deny(participant, FloorDenyCause.ReceiveOnly, effects);
        else
            general.RequestWhileIdle(participant, priority, withSession, now, effects);
    }

    // 6.3.5.4.4. A receive-only participant is refused before pre-emption is looked at: it could not use the floor.
    private void RequestWhileTaken(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        bool queueing = MayQueue(participant);
        if (!priority.IsUrgent && !queueing && participant.Profile.NegotiatedPriority is null)
            Deny(participant, FloorDenyCause.AnotherClientHasPermission, effects);
        else if (Policy.Broadcast || participant.Profile.ReceiveOnly)
            Deny(participant, FloorDenyCause.ReceiveOnly, effects);
        else if (priority > general.TalkerPriority)
            general.Preempt(participant, priority, now, effects);
        else if (!queueing)
            Deny(participant, FloorDenyCause.AnotherClientHasPermission, effects);
        else if (!participant.IsQueued && general.Queue.WaitingCount >= Policy.QueueDepth)
            Deny(participant, FloorDenyCause.QueueFull, effects);
        else
            Enqueue(participant, priority, now, effects);
    }

    // A Deny answers whatever the participant had asked for, also what waits as a pre-empting request.
    private void Deny(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        general.Queue.Remove(participant);
        announcer.Deny(participant, cause, effects);
    }

    private void Release(ParticipantState participant, Instant now, FloorEffects effects)
    {
        switch (participant.State)
        {
            case FloorServerParticipantState.U_Permitted:
            case FloorServerParticipantState.U_PendingFloorRevoke:
                general.TalkerDone(now, effects);
                break;
            default:
                general.Queue.Remove(participant);
                FollowFloor(participant);
                if (general.Talker is { } talker)
                    announcer.Taken(participant, talker, effects);
                else
                    announcer.Idle(participant, effects);
                break;
        }
    }

    private void FollowFloor(ParticipantState participant) =>
        participant.Enter(general.State == FloorServerState.G_FloorIdle
            ? FloorServerParticipantState.U_NotPermittedAndFloorIdle
            : FloorServerParticipantState.U_NotPermittedAndFloorTaken);

    private void Enqueue(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        Instant deadline = Policy.MaxQueueTime > TimeSpan.Zero ? now + Policy.MaxQueueTime : Instant.Never;
        general.Queue.Put(participant, priority, preempts: false, deadline);
        TellQueuePosition(participant, effects);
    }

    private void TellQueuePosition(ParticipantState participant, FloorEffects effects)
    {
        (byte position, byte priority) = general.Queue.Info(participant);
        announcer.QueuePositionInfo(participant, position, priority, effects);
    }

    private bool MayQueue(ParticipantState participant) => Policy.Queueing && participant.Profile.QueueingNegotiated;

    private bool IsForbidden(ParticipantState participant) =>
        Policy.Broadcast && participant.Number != Policy.BroadcastOriginator;
}
