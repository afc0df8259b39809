using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The general floor control operation of one call (TS 24.380 6.3.4) with dual floor control (6.3.6): who may talk, and for how
/// long.
/// </summary>
internal sealed partial class GeneralMachine(FloorAnnouncer announcer, ParticipantTable participants, TalkerList talkers)
{
    private readonly TimerTable<Timer> _timers = new();
    private Phase _phase = Phase.StartStop;
    private int _c7;

    private enum Phase
    {
        StartStop,
        Initialising,
        Running,
        Releasing,
    }

    private enum Timer
    {
        T4,
        T7,
    }

    public FloorServerState State => _phase switch
    {
        Phase.StartStop => FloorServerState.StartStop,
        Phase.Initialising => FloorServerState.G_Initialising,
        Phase.Releasing => FloorServerState.Releasing,
        _ => Talkers.Count == 0 ? FloorServerState.G_FloorIdle
            : Talkers.RevokedCount < Talkers.Count - (Talkers.Overriding is null ? 0 : 1) ? FloorServerState.G_FloorTaken
            : FloorServerState.G_PendingFloorRevoke, // of every talker
    };

    public FloorDualState DualState => _phase == Phase.Releasing ? FloorDualState.Releasing
        : Talkers.Overriding is null ? FloorDualState.StartStop : FloorDualState.D_FloorTaken;

    public FloorQueue Queue { get; } = new();

    public TalkerList Talkers { get; } = talkers;

    public bool IsIdle => _phase == Phase.Running && Talkers.Count == 0;

    /// <summary>6.3.4.4.7a: one more may talk beside those who do.</summary>
    public bool HasRoom => Talkers.Count < Policy.MaxTalkers && Talkers.Overriding is null;

    private FloorPolicy Policy => announcer.Policy;

    /// <summary>6.3.4.2.2: the call is initialised.</summary>
    public void Start(Instant now, FloorEffects effects)
    {
        if (Policy.TemporaryGroup)
        {
            _phase = Phase.Initialising;
            effects.Add(FloorEffectKind.FloorIdle);
            return;
        }
        _phase = Phase.Running;
        EnterFloorIdle(now, effects);
    }

    /// <summary>6.3.4.8.4: all constituent groups have answered.</summary>
    public void CompleteInitialising(Instant now, FloorEffects effects)
    {
        if (_phase != Phase.Initialising)
            return;
        _phase = Phase.Running;
        EnterFloorIdle(now, effects);
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
            Grant(participant, priority, now, effects, toldByAnswer: withSession && participant.Profile.GrantInAnswer);
    }

    /// <summary>6.3.4.4.8: the talker asks again; its Floor Granted was lost.</summary>
    public void RequestFromTalker(FloorTalker talker, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        if (priority > talker.Priority)
            talker.Priority = priority;
        TellGranted(talker, now, effects);
    }

    /// <summary>Tells a talker, again, that it may talk and for how long.</summary>
    public void TellGranted(FloorTalker talker, Instant now, FloorEffects effects) =>
        announcer.Granted(talker, Remaining_s(talker, now), effects);

    /// <summary>6.3.4.4.7: a pre-emptive request of another participant, which goes before whatever is queued.</summary>
    public void Preempt(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        if (Policy.DualFloor && Talkers.Overriding is null && Talkers.First is { IsRevoked: false })
        {
            Queue.Remove(participant);
            Grant(participant, priority, now, effects, overriding: true);
            return;
        }
        participant.WillWait(now);
        Queue.Put(participant, priority, preempts: true, Instant.Never);
        if (participant.QueueingNegotiated)
        {
            (byte position, byte number) = Queue.Info(participant);
            announcer.QueuePositionInfo(participant, position, number, effects);
        }
        // One Floor Revoke for each pre-empting request.
        if (Talkers.RevokedCount < Queue.PreemptingCount &&
            Talkers.Lowest(alsoRevoked: false) is { } victim && priority > victim.Priority)
            Revoke(victim, FloorRevokeCause.MediaBurstPreempted, now, effects);
    }

    /// <summary>6.3.5.4.4 with audio cut-in: the talker is pushed out at once.</summary>
    public void CutIn(ParticipantState participant, EffectivePriority priority, Instant now, FloorEffects effects)
    {
        while (Talkers.First is { } talker)
        {
            announcer.Revoke(talker.Participant, FloorRevokeCause.MediaBurstPreempted, effects);
            Remove(talker, now);
        }
        Grant(participant, priority, now, effects);
    }

    /// <summary>6.3.4.4.16: an authorised participant takes the floor from a talker.</summary>
    public FloorOutcome RevokeTalker(ReadOnlySpan<byte> mcpttId, Instant now, FloorEffects effects)
    {
        if (!Talkers.TryFindByIdentity(mcpttId, out FloorTalker? talker) || talker.IsRevoked)
            return FloorOutcome.NotSpecifiedInState;
        Revoke(talker, FloorRevokeCause.RevokedByAnotherClient, now, effects);
        return FloorOutcome.Ok;
    }

    /// <summary>6.3.4.6: call release step 1.</summary>
    public void Release()
    {
        _timers.StopAll();
        Queue.Clear();
        foreach (FloorTalker talker in Talkers.All)
            talker.Participant.EndTalk();
        Talkers.Clear();
        _phase = Phase.Releasing;
        participants.Release();
        participants.Sweep();
    }

    /// <summary>6.3.4.7: call release step 2.</summary>
    public void Stop()
    {
        _phase = Phase.StartStop;
        foreach (ParticipantState participant in participants.All)
            participant.Stop();
    }

    /// <summary>6.3.4.4.2: the participant may talk from now on.</summary>
    public void Grant(
        ParticipantState participant,
        EffectivePriority priority,
        Instant now,
        FloorEffects effects,
        bool fromQueue = false,
        bool overriding = false,
        bool toldByAnswer = false)
    {
        _timers.StopAll();
        effects.Add(Talkers.Count == 0 ? FloorEffectKind.FloorTaken : FloorEffectKind.TalkerAdded, participant.Number);
        FloorTalker talker = Talkers.Add(participant, priority, overriding);
        participants.NotPermitted = FloorServerParticipantState.U_NotPermittedAndFloorTaken;
        participant.Granted(talker);
        if (!toldByAnswer)
            TellGranted(talker, now, effects);
        announcer.TakenToOthers(talker, effects);
        talker.Since = now;
        talker.T1 = now + (overriding ? Policy.T11 : Policy.T1);
        if (fromQueue)
            talker.T20 = now + Policy.T20;
    }

    /// <summary>6.3.4.4.6, 6.3.4.5, 6.3.6: the talker gives the floor back, lost it, or its session ended.</summary>
    public void End(FloorTalker talker, Instant now, FloorEffects effects)
    {
        ParticipantState participant = talker.Participant;
        bool overriding = talker.IsOverriding;
        bool dual = Talkers.Overriding is not null;
        Remove(talker, now);
        if (Talkers.Count == 0)
        {
            EnterFloorIdle(now, effects);
            return;
        }
        effects.Add(FloorEffectKind.TalkerEnded, participant.Number);
        if (overriding)
            EndOverriding(participant, now, effects);
        else if (dual)
            EndOverridden(effects);
        else
            EndOneOfSeveral(participant, now, effects);
    }

    private void EndOverriding(ParticipantState participant, Instant now, FloorEffects effects)
    {
        FloorTalker first = Talkers.First!;
        if (!first.IsRevoked && Queue.TryTakePreempting(first.Priority, out ParticipantState? next, out EffectivePriority priority))
        {
            Grant(next, priority, now, effects, fromQueue: true, overriding: true);
            return;
        }
        announcer.IdleToOthers(participant, FloorIndicator.DualFloor, effects);
        announcer.TakenToOthers(first, effects);
    }

    private void EndOverridden(FloorEffects effects)
    {
        Talkers.PromoteOverriding();
        FloorTalker first = Talkers.First!;
        announcer.IdleToOthers(first.Participant, FloorIndicator.None, effects);
        announcer.TakenToOthers(first, effects);
    }

    private void EndOneOfSeveral(ParticipantState participant, Instant now, FloorEffects effects)
    {
        announcer.ReleaseMultiTalker(participant, effects);
        if (participant.IsReachable)
            announcer.Taken(participant, Talkers.All[^1], effects);
        GrantFromQueue(now, effects);
    }

    // 6.3.4.3.2, and the ends of 6.3.4.4 and 6.3.4.5 that lead there.
    private void EnterFloorIdle(Instant now, FloorEffects effects)
    {
        GrantFromQueue(now, effects);
        if (Talkers.Count > 0)
            return;
        participants.NotPermitted = FloorServerParticipantState.U_NotPermittedAndFloorIdle;
        effects.Add(FloorEffectKind.FloorIdle);
        announcer.IdleToAll(effects);
        _c7 = 1;
        _timers.Start(Timer.T7, now, Policy.T7);
        _timers.Start(Timer.T4, now, Policy.T4);
    }

    private void GrantFromQueue(Instant now, FloorEffects effects)
    {
        while (HasRoom && Queue.TryTakeHead(out ParticipantState? next, out EffectivePriority priority))
            Grant(next, priority, now, effects, fromQueue: true);
    }

    private void Remove(FloorTalker talker, Instant now)
    {
        // Media from behind a function is the function's: nothing else tells whose it is.
        (talker.Participant.Function ?? talker.Participant).MediaInFlightUntil = now + Policy.MediaInFlight;
        talker.Participant.EndTalk();
        Talkers.Remove(talker);
    }

    // 6.3.4.5.2
    private void Revoke(FloorTalker talker, ushort cause, Instant now, FloorEffects effects)
    {
        talker.StopTimers();
        announcer.Revoke(talker.Participant, cause, effects);
        // Audio cut-in knows no grace (T3 = 0), dual floor control no pending Revoke (6.3.6).
        if (Policy.AudioCutIn || talker.IsOverriding)
        {
            End(talker, now, effects);
            return;
        }
        talker.IsRevoked = true;
        talker.Participant.Revoked(cause, now, Policy.T8);
        talker.T3 = now + Policy.T3;
    }
}
