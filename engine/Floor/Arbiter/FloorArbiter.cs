using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The floor control server of one call: the general machine (TS 24.380 6.3.4), dual floor control (6.3.6) and one machine per
/// participant (6.3.5). Pure;
/// owned by one thread. Participants are numbered by the caller. The caller keeps comfort noise and empty RTP away from
/// <see cref="ReceiveMedia"/>: they are not talk.
/// </summary>
public sealed class FloorArbiter : ICallFloor
{
    private readonly ParticipantTable _participants = new();
    private readonly TalkerList _talkers = new();
    private readonly FloorAnnouncer _announcer;
    private readonly GeneralMachine _general;
    private readonly ParticipantMachine _participantMachine;

    /// <summary>The call is initialised: the floor is idle, or initialising in a temporary group; nobody has joined yet.</summary>
    /// <param name="policy">Timers, counters and rules.</param>
    /// <param name="serverSsrc">In the header of every message.</param>
    /// <param name="now">Begin of the call.</param>
    /// <param name="effects">Output.</param>
    /// <param name="messageSequenceNumber">The last one the participants heard from the floor this one follows, else 0.</param>
    /// <exception cref="ArgumentException">A timer or counter of the policy is out of range.</exception>
    public FloorArbiter(
        FloorPolicy policy, uint serverSsrc, Instant now, FloorEffects effects, ushort messageSequenceNumber = 0)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(effects);
        policy.Validate();
        _announcer = new FloorAnnouncer(policy, serverSsrc, _participants, _talkers)
        {
            MessageSequenceNumber = messageSequenceNumber,
        };
        _general = new GeneralMachine(_announcer, _participants, _talkers);
        _participantMachine = new ParticipantMachine(_general, _announcer);
        _general.Start(now, effects);
    }

    public FloorServerState State => _general.State;

    public FloorDualState DualState => _general.DualState;

    /// <summary>Who has the floor: of several talkers the one who began first, with dual floor the overridden one.</summary>
    public int? Talker => _talkers.First?.Participant.Number;

    /// <summary>With dual floor: who overrides the talker.</summary>
    public int? OverridingTalker => _talkers.Overriding?.Participant.Number;

    /// <summary>How many may send media now.</summary>
    public int TalkerCount => _talkers.Count;

    public int ParticipantCount => _participants.Count;

    public int QueueLength => _general.Queue.Count;

    /// <summary>The rules in force.</summary>
    public FloorPolicy Policy => _announcer.Policy;

    public ushort MessageSequenceNumber => _announcer.MessageSequenceNumber;

    public Instant NextDeadline => Instant.Earlier(
        Instant.Earlier(_general.NextDeadline, _general.Queue.NextDeadline), _participants.NextDeadline);

    /// <summary>True while media of the participant is forwarded, also while its Floor Revoke is pending.</summary>
    public bool MaySendMedia(int participant)
    {
        foreach (FloorTalker talker in _talkers.All)
        {
            if (talker.Participant.Number == participant)
                return true;
        }
        return false;
    }

    /// <summary>Null for a participant that has not joined.</summary>
    public FloorServerParticipantState? StateOf(int participant) =>
        _participants.TryGet(participant, out ParticipantState? state) ? state.State : null;

    /// <summary>1 = head; <see cref="FloorQueuePosition.NotQueued"/> when the participant waits for nothing.</summary>
    public byte QueuePositionOf(int participant) =>
        _participants.TryGet(participant, out ParticipantState? state) ? _general.Queue.Info(state).Position
            : FloorQueuePosition.NotQueued;

    /// <summary>Of the talkers, 0 = who began first. Allocates: for who watches.</summary>
    public FloorTalkerStatus TalkerAt(int index, Instant now) => _general.StatusOf(_talkers.All[index], now);

    /// <summary>Of the requests that wait, 0 = head. Allocates: for who watches.</summary>
    public FloorWaitingStatus WaitingAt(int place) => _general.Queue.StatusAt(place);

    /// <summary>Applies to what happens from now on; running timers and queued requests stay.</summary>
    public void ChangePolicy(FloorPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();
        _announcer.ChangePolicy(policy);
    }

    /// <summary>The session of a participant is set up; the SDP exchange may have been a floor request (6.3.5.2.2).</summary>
    public FloorOutcome Join(
        int participant, in FloorParticipantProfile profile, bool implicitRequest, Instant now, FloorEffects effects)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (_general.State is FloorServerState.Releasing or FloorServerState.StartStop)
            return FloorOutcome.CallReleasing;
        if (_participants.TryGet(participant, out _))
            return FloorOutcome.AlreadyJoined;
        _announcer.Now = now;
        _participantMachine.Start(_participants.Add(participant, profile), implicitRequest, now, effects);
        return FloorOutcome.Ok;
    }

    /// <summary>The session of a participant ended; unknown numbers are ignored.</summary>
    public void Leave(int participant, Instant now, FloorEffects effects)
    {
        if (!_participants.TryGet(participant, out ParticipantState? state))
            return;
        _announcer.Now = now;
        _participants.Remove(state);
        _participantMachine.End(state, now, effects);
        while (_participants.TryFindUnreachable(out ParticipantState? behind))
            _participantMachine.End(behind, now, effects);
        _participants.Sweep();
    }

    /// <summary>
    /// A decrypted datagram of the participant; it may hold several messages. The first outcome that is not Ok is told.
    /// </summary>
    public FloorOutcome Receive(int participant, ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects)
    {
        if (!_participants.TryGet(participant, out ParticipantState? state))
            return FloorOutcome.UnknownParticipant;
        if (datagram.IsEmpty)
            return FloorOutcome.Malformed;
        _announcer.Now = now;
        FloorOutcome first = FloorOutcome.Ok;
        for (int i = 0; !datagram.IsEmpty; i++)
        {
            if (i == FloorMessage.MaxPerDatagram)
            {
                first = first == FloorOutcome.Ok ? FloorOutcome.TooManyMessages : first;
                break;
            }
            FloorOutcome outcome = FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed_bytes);
            if (outcome == FloorOutcome.Ok)
                outcome = _participantMachine.Receive(_participants.SenderOf(message, state), message, now, effects);
            if (first == FloorOutcome.Ok)
                first = outcome;
            datagram = datagram[consumed_bytes..];
        }
        _participants.Sweep();
        return first;
    }

    /// <summary>A session upgrade (re-INVITE) that carries an implicit floor request (6.3.5.3.9, 6.3.5.4.8).</summary>
    public FloorOutcome RequestImplicitly(int participant, FloorIndicator callType, Instant now, FloorEffects effects)
    {
        if (!_participants.TryGet(participant, out ParticipantState? state))
            return FloorOutcome.UnknownParticipant;
        _announcer.Now = now;
        return _participantMachine.RequestImplicitly(state, callType, now, effects);
    }

    /// <summary>
    /// Temporary group: the constituent groups have answered (6.3.4.8.4). Floor requests in their answers come before this, as
    /// messages of the participants they are about.
    /// </summary>
    public void CompleteInitialising(Instant now, FloorEffects effects)
    {
        _announcer.Now = now;
        _general.CompleteInitialising(now, effects);
    }

    /// <summary>One RTP packet with payload of the participant. True = forward it. No allocation.</summary>
    public bool ReceiveMedia(int participant, Instant now, FloorEffects effects)
    {
        bool forward = false;
        foreach (FloorTalker talker in _talkers.All)
        {
            if (talker.Participant.Number != participant)
                continue;
            _general.TalkerSendsMedia(talker, now);
            forward = true;
        }
        if (!forward && _participants.TryGet(participant, out ParticipantState? state))
        {
            _announcer.Now = now;
            _participantMachine.ForbiddenMedia(state, now, effects);
        }
        return forward;
    }

    /// <summary>Call release step 1 (6.3.3): no floor messages and no media any more.</summary>
    public void ReleaseCall(Instant now, FloorEffects effects)
    {
        if (_general.State == FloorServerState.StartStop)
            return;
        bool talking = _talkers.Count > 0;
        _general.Release();
        if (talking)
            effects.Add(FloorEffectKind.FloorIdle);
    }

    /// <summary>Call release step 2: the machines end.</summary>
    public void CompleteRelease() => _general.Stop();

    /// <summary>Fires what is due.</summary>
    public void Expire(Instant now, FloorEffects effects)
    {
        _announcer.Now = now;
        while (true)
        {
            if (_general.TryExpire(now, effects))
                continue;
            if (_general.Queue.TryTakeExpired(now, out ParticipantState? waiting))
                _participantMachine.ExpireQueued(waiting, effects);
            else if (!_participants.TryTakeExpired(now, out ParticipantState? participant, out bool isT8))
                break;
            else if (isT8)
                _participantMachine.ExpireT8(participant, now, effects);
            else
                _participantMachine.ExpireAck(participant, now, effects);
        }
        _participants.Sweep();
    }
}
