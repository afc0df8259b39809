using MediaEngine.Rtp;

namespace MediaEngine.Floor;

// Floor Requests and the queue (TS 24.380 6.3.5.3, 6.3.5.4.4, 6.3.5.10, 6.3.4.4.13).
internal sealed partial class ParticipantMachine
{
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
            case FloorServerParticipantState.U_NotPermittedAndInitiating:
                RequestWhileInitiating(participant, priority, now, effects);
                return FloorOutcome.Ok;
            case FloorServerParticipantState.U_Permitted:
                general.RequestFromTalker(participant.Talker!, priority, now, effects);
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
        else if (now < participant.RetryAfter)
            announcer.Deny(participant, FloorDenyCause.RetryAfterTimerNotExpired, effects);
        else
            general.RequestWhileIdle(participant, priority, withSession, now, effects);
    }

    // 6.3.5.4.4. A receive-only participant is refused before pre-emption is looked at: it could not use the floor.
    private void RequestWhileTaken(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        bool queueing = MayQueue(participant);
        bool forbidden = IsForbidden(participant) || participant.Profile.ReceiveOnly;
        if (now < participant.RetryAfter)
            Deny(participant, FloorDenyCause.RetryAfterTimerNotExpired, effects);
        else if (Policy.AudioCutIn && !forbidden)
            general.CutIn(participant, priority, now, effects);
        else if (general.HasRoom && !forbidden)
            general.Grant(participant, priority, now, effects); // 6.3.4.4.7a
        else if (!priority.IsUrgent && !queueing && participant.Profile.NegotiatedPriority is null && !Policy.AudioCutIn)
            Deny(participant, FloorDenyCause.AnotherClientHasPermission, effects);
        else if (forbidden || Policy.Broadcast)
            Deny(participant, FloorDenyCause.ReceiveOnly, effects);
        else if (general.Queue.Count >= FloorQueue.MaxCount && !participant.IsQueued)
            Deny(participant, FloorDenyCause.QueueFull, effects);
        else if (general.Talkers.Lowest(alsoRevoked: true) is { } lowest && priority > lowest.Priority)
            general.Preempt(participant, priority, now, effects);
        else if (!queueing)
            Deny(participant, FloorDenyCause.AnotherClientHasPermission, effects);
        else if (!participant.IsQueued && general.Queue.WaitingCount >= Policy.QueueDepth)
            Deny(participant, FloorDenyCause.QueueFull, effects);
        else
            Enqueue(participant, priority, now, effects);
    }

    // 6.3.5.10, 6.3.4.8.3: the best of these requests is granted when the constituent groups have answered.
    private void RequestWhileInitiating(
        ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        if (IsForbidden(participant) || participant.Profile.ReceiveOnly)
            announcer.Deny(participant, FloorDenyCause.ReceiveOnly, effects);
        else if (!MayQueue(participant))
            announcer.Deny(participant, FloorDenyCause.AnotherClientHasPermission, effects);
        else if (!participant.IsQueued && general.Queue.WaitingCount >= Policy.QueueDepth)
            announcer.Deny(participant, FloorDenyCause.QueueFull, effects);
        else
            Enqueue(participant, priority, now, effects);
    }

    // A Deny answers whatever the participant had asked for, also what waits as a pre-empting request.
    private void Deny(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        general.Queue.Remove(participant);
        announcer.Deny(participant, cause, effects);
    }

    private void Enqueue(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        Instant deadline = Policy.MaxQueueTime > TimeSpan.Zero ? now + Policy.MaxQueueTime : Instant.Never;
        participant.WillWait(now);
        general.Queue.Put(participant, priority, preempts: false, deadline);
        TellQueuePosition(participant, effects);
    }

    private void TellQueuePosition(ParticipantState participant, FloorEffects effects)
    {
        (byte position, byte priority) = general.Queue.Info(participant);
        announcer.QueuePositionInfo(participant, position, priority, effects);
    }

    // 6.3.4.4.13: all waiting requests, or those of the listed users. A message without purpose is that of Release 17.
    private FloorOutcome CancelQueued(ParticipantState participant, in FloorMessage message, FloorEffects effects)
    {
        if (message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose) &&
            purpose != QueuedFloorRequestsPurpose.CancelRequest)
            return FloorOutcome.NotSpecifiedInState;
        participant.TrackInfo.TakeFrom(message, FloorField.TrackInfo);
        if (message.AckRequired)
            announcer.Ack(participant, FloorMessageType.QueuedFloorRequests, effects);
        FloorQueue queue = general.Queue;
        if (queue.Count == 0)
        {
            announcer.CancelResult(participant, QueuedFloorRequestsResponse.QueueEmpty, effects);
            return FloorOutcome.Ok;
        }
        bool listed = message.TryGetListOfQueuedUsers(out FloorTextList users) && users.Count > 0;
        int marked = MarkListed(users, listed);
        announcer.CancelResult(participant,
            marked == 0 ? QueuedFloorRequestsResponse.UsersNotQueued
            : listed && marked < users.Count ? QueuedFloorRequestsResponse.PartiallyRemoved
            : QueuedFloorRequestsResponse.AllRemoved, effects);
        int unchanged = queue.Count;
        for (int place = 0; place < queue.Count;)
        {
            ParticipantState waiting = queue[place];
            if (!waiting.IsListed)
            {
                place++;
                continue;
            }
            waiting.IsListed = false;
            queue.Remove(waiting);
            announcer.CancelNotification(waiting, participant, effects);
            unchanged = Math.Min(unchanged, place);
        }
        for (int place = unchanged; place < queue.Count; place++)
            TellQueuePosition(queue[place], effects);
        return FloorOutcome.Ok;
    }

    private int MarkListed(FloorTextList users, bool listed)
    {
        int marked = 0;
        for (int place = 0; place < general.Queue.Count; place++)
        {
            ParticipantState waiting = general.Queue[place];
            waiting.IsListed = !listed || Contains(users, waiting.McpttId.Span);
            marked += waiting.IsListed ? 1 : 0;
        }
        return marked;
    }

    private static bool Contains(FloorTextList users, ReadOnlySpan<byte> mcpttId)
    {
        foreach (ReadOnlySpan<byte> user in users)
        {
            if (user.SequenceEqual(mcpttId))
                return true;
        }
        return false;
    }

    private bool MayQueue(ParticipantState participant) => Policy.Queues && participant.QueueingNegotiated;

    private bool IsForbidden(ParticipantState participant) =>
        Policy.Broadcast && participant.Number != Policy.BroadcastOriginator;
}
