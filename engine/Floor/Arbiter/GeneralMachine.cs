using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>The general floor control operation of one call (TS 24.380 6.3.4).</summary>
internal sealed class GeneralMachine(FloorAnnouncer announcer, ParticipantTable participants)
{
    private readonly TimerTable<Timer> _timers = new();
    private int _c7;
    private int _c20;

    private enum Timer
    {
        T1,
        T2,
        T3,
        T4,
        T7,
        T20,
    }

    public FloorServerState State { get; private set; } = FloorServerState.StartStop;

    public FloorQueue Queue { get; } = new();

    /// <summary>Who is permitted to send media, also while the Floor Revoke is pending.</summary>
    public ParticipantState? Talker { get; private set; }

    public EffectivePriority TalkerPriority { get; private set; }

    public Instant NextDeadline => _timers.NextDeadline;

    private FloorPolicy Policy => announcer.Policy;

    /// <summary>6.3.4.3.2, and the ends of 6.3.4.4 and 6.3.4.5 that lead there.</summary>
    public void EnterFloorIdle(Instant now, FloorEffects effects)
    {
        _timers.StopAll();
        if (Talker is { } last)
        {
            last.MediaInFlightUntil = now + Policy.MediaInFlight;
            Talker = null;
        }
        if (Queue.TryTakeHead(out ParticipantState? next, out EffectivePriority priority))
        {
            EnterFloorTaken(next, priority, fromQueue: true, now, effects);
            return;
        }
        State = FloorServerState.G_FloorIdle;
        foreach (ParticipantState participant in participants.All)
            participant.FloorIsIdle();
        effects.Add(FloorEffectKind.FloorIdle);
        announcer.IdleToAll(effects);
        _c7 = 1;
        _timers.Start(Timer.T7, now, Policy.T7);
        _timers.Start(Timer.T4, now, Policy.T4);
    }

    /// <summary>6.3.4.3.3: a Floor Request while nobody talks. A request that came with the session may be alone in it.</summary>
    public void RequestWhileIdle(
        ParticipantState participant, EffectivePriority priority, bool withSession, Instant now, FloorEffects effects)
    {
        if (participants.Count < 2 && !withSession)
            announcer.Deny(participant, FloorDenyCause.OnlyOneParticipant, effects);
        else if (participant.Profile.ReceiveOnly)
            announcer.Deny(participant, FloorDenyCause.ReceiveOnly, effects);
        else
            EnterFloorTaken(participant, priority, fromQueue: false, now, effects);
    }

    /// <summary>6.3.4.4.8: the talker asks again; its Floor Granted was lost.</summary>
    public void RequestFromTalker(EffectivePriority priority, Instant now, FloorEffects effects)
    {
        if (State != FloorServerState.G_FloorTaken || Talker is null)
            return;
        if (priority > TalkerPriority)
            TalkerPriority = priority;
        announcer.Granted(Talker, TalkerPriority, RemainingT2_s(now), effects);
    }

    /// <summary>6.3.4.4.7: a pre-emptive request of another participant, which goes before whatever is queued.</summary>
    public void Preempt(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        Queue.Put(participant, priority, preempts: true, Instant.Never);
        if (participant.Profile.QueueingNegotiated)
        {
            (byte position, byte number) = Queue.Info(participant);
            announcer.QueuePositionInfo(participant, position, number, effects);
        }
        if (State == FloorServerState.G_FloorTaken)
            EnterPendingFloorRevoke(FloorRevokeCause.MediaBurstPreempted, now, effects);
    }

    /// <summary>6.3.4.4.6, 6.3.4.5: the talker gives the floor back, or its session ended.</summary>
    public void TalkerDone(Instant now, FloorEffects effects) => EnterFloorIdle(now, effects);

    /// <summary>6.3.4.4.5, 6.3.4.5: media of the talker, to be forwarded.</summary>
    public void TalkerSendsMedia(Instant now)
    {
        _timers.Start(Timer.T1, now, Policy.T1);
        if (State != FloorServerState.G_FloorTaken)
            return;
        _timers.Stop(Timer.T20);
        if (!_timers.IsRunning(Timer.T2))
            _timers.Start(Timer.T2, now, Policy.T2);
    }

    /// <summary>6.3.4.6: call release step 1.</summary>
    public void Release()
    {
        _timers.StopAll();
        Queue.Clear();
        Talker = null;
        State = FloorServerState.Releasing;
        foreach (ParticipantState participant in participants.All)
            participant.Release();
    }

    /// <summary>6.3.4.7: call release step 2.</summary>
    public void Stop()
    {
        State = FloorServerState.StartStop;
        foreach (ParticipantState participant in participants.All)
            participant.Stop();
    }

    /// <summary>Fires one timer that is due.</summary>
    public bool TryExpire(Instant now, FloorEffects effects)
    {
        if (!_timers.TryTakeExpired(now, out Timer timer))
            return false;
        switch (timer)
        {
            case Timer.T1: // 6.3.4.4.3: the talker is considered finished
            case Timer.T3: // 6.3.4.5: the grace is over
                EnterFloorIdle(now, effects);
                break;
            case Timer.T2: // 6.3.4.4.4
                EnterPendingFloorRevoke(FloorRevokeCause.MediaBurstTooLong, now, effects);
                break;
            case Timer.T4: // 6.3.4.3.5: the caller decides; until it releases the call, the next inactivity is watched
                effects.Add(FloorEffectKind.CallInactive);
                _timers.Start(Timer.T4, now, Policy.T4);
                break;
            case Timer.T7 when _c7 < Policy.C7: // 6.3.4.3.4
                _c7++;
                announcer.IdleToAll(effects);
                _timers.Start(Timer.T7, now, Policy.T7);
                break;
            case Timer.T20 when _c20 < Policy.C20 && Talker is { } talker: // 6.3.4.4.9
                _c20++;
                announcer.Granted(talker, TalkerPriority, RemainingT2_s(now), effects);
                _timers.Start(Timer.T20, now, Policy.T20);
                break;
            case Timer.T20: // 6.3.4.4.10: who does not answer does not want the floor any more
                EnterFloorIdle(now, effects);
                break;
        }
        return true;
    }

    // 6.3.4.4.2
    private void EnterFloorTaken(
        ParticipantState talker, EffectivePriority priority, bool fromQueue, Instant now, FloorEffects effects)
    {
        _timers.StopAll();
        State = FloorServerState.G_FloorTaken;
        Talker = talker;
        TalkerPriority = priority;
        foreach (ParticipantState participant in participants.All)
        {
            if (participant != talker)
                participant.FloorIsTaken();
        }
        talker.Granted();
        effects.Add(FloorEffectKind.FloorTaken, talker.Number);
        announcer.Granted(talker, priority, RemainingT2_s(now), effects);
        announcer.TakenToOthers(talker, effects);
        _timers.Start(Timer.T1, now, Policy.T1);
        if (fromQueue)
        {
            _c20 = 1;
            _timers.Start(Timer.T20, now, Policy.T20);
        }
    }

    // 6.3.4.5.2
    private void EnterPendingFloorRevoke(ushort cause, Instant now, FloorEffects effects)
    {
        _timers.StopAll();
        State = FloorServerState.G_PendingFloorRevoke;
        announcer.Revoke(Talker!, cause, effects);
        Talker!.Revoked(cause, now, Policy.T8);
        _timers.Start(Timer.T3, now, Policy.T3);
    }

    private ushort RemainingT2_s(Instant now)
    {
        TimeSpan left = _timers.IsRunning(Timer.T2) ? _timers.Deadline(Timer.T2) - now : Policy.T2;
        return (ushort)Math.Clamp(Math.Ceiling(left.TotalSeconds), 0, ushort.MaxValue);
    }
}
