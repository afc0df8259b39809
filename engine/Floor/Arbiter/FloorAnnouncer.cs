using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>Writes the messages of the floor control server (TS 24.380 8.2), fields in the order of the message tables.</summary>
internal sealed class FloorAnnouncer(FloorPolicy policy, uint serverSsrc, ParticipantTable participants, TalkerList talkers)
{
    private TalkerLists? _lists;
    private byte[] _anonymousIdentity = FloorText.Encode(policy.AnonymousIdentity, nameof(policy.AnonymousIdentity));

    public FloorPolicy Policy { get; private set; } = policy;

    /// <summary>Of the last Floor Idle or Taken.</summary>
    public ushort MessageSequenceNumber { get; set; }

    /// <summary>The moment of the input that is being handled; acknowledgements are awaited from here.</summary>
    public Instant Now { get; set; }

    public void ChangePolicy(FloorPolicy policy)
    {
        Policy = policy;
        _anonymousIdentity = FloorText.Encode(policy.AnonymousIdentity, nameof(policy.AnonymousIdentity));
    }

    public void Granted(FloorTalker talker, ushort duration_s, FloorEffects effects)
    {
        ParticipantState participant = talker.Participant;
        FloorMessageWriter writer = Begin(FloorMessageType.Granted, participant, effects);
        writer.AddDuration(duration_s);
        if (participant.AudioSsrc != 0)
            writer.AddAudioSsrc(participant.AudioSsrc);
        writer.AddFloorPriority(talker.Priority.Number);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(IndicatorOf(talker));
        Send(participant, FloorMessageType.Granted, writer, effects);
    }

    public void Deny(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        participant.DenyCause = cause;
        FloorMessageWriter writer = Begin(FloorMessageType.Deny, participant, effects);
        writer.AddRejectCause(cause, FloorCausePhrase.OfDeny(cause));
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.Deny, writer, effects, cause);
    }

    public void Revoke(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        FloorMessageWriter writer = Begin(FloorMessageType.Revoke, participant, effects);
        writer.AddRejectCause(cause, FloorCausePhrase.OfRevoke(cause));
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.Revoke, writer, effects, cause);
    }

    public void QueuePositionInfo(ParticipantState participant, byte position, byte priority, FloorEffects effects)
    {
        FloorMessageWriter writer = Begin(FloorMessageType.QueuePositionInfo, participant, effects);
        writer.AddQueueInfo(position, priority);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.QueuePositionInfo, writer, effects);
    }

    public void Ack(ParticipantState participant, FloorMessageType acknowledged, FloorEffects effects)
    {
        FloorMessageWriter writer = Begin(FloorMessageType.Ack, participant, effects);
        writer.AddSource(FloorSource.ControllingFunction);
        writer.AddMessageType(acknowledged);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        Send(participant, FloorMessageType.Ack, writer, effects);
    }

    /// <summary>8.2.15: what became of a request to take others out of the queue.</summary>
    public void CancelResult(ParticipantState participant, ushort response, FloorEffects effects)
    {
        FloorMessageWriter writer = Begin(FloorMessageType.QueuedFloorRequests, participant, effects);
        writer.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelResult);
        writer.AddResponseState(response);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        Send(participant, FloorMessageType.QueuedFloorRequests, writer, effects);
    }

    /// <summary>8.2.15: somebody took this participant's request out of the queue.</summary>
    public void CancelNotification(ParticipantState participant, ParticipantState by, FloorEffects effects)
    {
        FloorMessageWriter writer = Begin(FloorMessageType.QueuedFloorRequests, participant, effects);
        writer.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelNotification);
        writer.AddUserId(by.McpttId.Span);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        Send(participant, FloorMessageType.QueuedFloorRequests, writer, effects);
    }

    /// <summary>8.2.14: one of several talkers stopped; to all others.</summary>
    public void ReleaseMultiTalker(ParticipantState stopped, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.ReleaseMultiTalker, ackRequired: false, serverSsrc);
        writer.AddUserId(IdentityOf(stopped));
        writer.AddAudioSsrc(stopped.AudioSsrc);
        writer.AddFloorIndicator(Policy.Indicator | FloorIndicator.MultiTalker);
        SendToAllBut(stopped, FloorMessageType.ReleaseMultiTalker, writer, effects);
    }

    /// <summary>Floor Idle to one participant.</summary>
    public void Idle(ParticipantState participant, FloorEffects effects)
    {
        FloorMessageWriter writer = BeginIdle(participant, FloorIndicator.None, effects);
        SendAnnouncement(participant, effects.Complete(FloorMessageType.Idle, writer), effects);
    }

    public void IdleToAll(FloorEffects effects) => IdleToOthers(null, FloorIndicator.None, effects);

    public void IdleToOthers(ParticipantState? but, FloorIndicator and, FloorEffects effects)
    {
        if (participants.Count > 0)
            SendToAllBut(but, FloorMessageType.Idle, BeginIdle(null, and, effects), effects);
    }

    /// <summary>Floor Taken to one participant.</summary>
    public void Taken(ParticipantState participant, FloorTalker talker, FloorEffects effects)
    {
        FloorMessageWriter writer = BeginTaken(talker, participant, effects);
        SendAnnouncement(participant, effects.Complete(FloorMessageType.Taken, writer), effects);
    }

    /// <summary>Also to the non-controlling function in front of the talker: others are behind it.</summary>
    public void TakenToOthers(FloorTalker talker, FloorEffects effects)
    {
        if (participants.Count > 1 || talker.Participant.Function is not null)
            SendToAllBut(talker.Participant, FloorMessageType.Taken, BeginTaken(talker, null, effects), effects);
    }

    private FloorMessageWriter BeginIdle(ParticipantState? receiver, FloorIndicator and, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Idle, Policy.RequestAckFromAll, serverSsrc);
        writer.AddMessageSequenceNumber(++MessageSequenceNumber);
        receiver?.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator | and);
        return writer;
    }

    private FloorMessageWriter BeginTaken(FloorTalker talker, ParticipantState? receiver, FloorEffects effects)
    {
        ParticipantState participant = talker.Participant;
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Taken, Policy.RequestAckFromAll, serverSsrc);
        writer.AddGrantedPartysIdentity(IdentityOf(participant));
        writer.AddPermissionToRequestTheFloor(!Policy.Broadcast);
        writer.AddMessageSequenceNumber(++MessageSequenceNumber);
        receiver?.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(IndicatorOf(talker));
        if (participant.AudioSsrc != 0)
            writer.AddAudioSsrc(participant.AudioSsrc);
        if (Policy.MaxTalkers > 1)
        {
            (_lists ??= new TalkerLists()).Add(ref writer, talkers.All, _anonymousIdentity);
            return writer;
        }
        if (!participant.Profile.PrivacyRequested)
            participant.FunctionalAlias.AddTo(ref writer, FloorField.FunctionalAlias);
        if (participant.Profile.LocationConsent)
            participant.Location.AddTo(ref writer, FloorField.Location);
        return writer;
    }

    private ReadOnlySpan<byte> IdentityOf(ParticipantState participant) =>
        participant.Profile.PrivacyRequested ? _anonymousIdentity : participant.McpttId.Span;

    private FloorIndicator IndicatorOf(FloorTalker talker) =>
        talker.IsOverriding ? Policy.Indicator | FloorIndicator.DualFloor : Policy.Indicator;

    private FloorMessageWriter Begin(FloorMessageType type, ParticipantState receiver, FloorEffects effects) =>
        effects.Begin(type, AsksForAck(type, receiver), serverSsrc);

    // Who is behind a non-controlling function repeats its own requests; the function answers for nobody.
    private bool AsksForAck(FloorMessageType type, ParticipantState receiver) => Policy.RequestAck && receiver.Function is null &&
        type is FloorMessageType.Granted or FloorMessageType.Deny or FloorMessageType.QueuePositionInfo;

    private void SendToAllBut(
        ParticipantState? excepted, FloorMessageType type, in FloorMessageWriter writer, FloorEffects effects)
    {
        FloorEffect message = effects.Complete(type, writer);
        // Floor Idle behind a function would end what the excepted participant there keeps; Taken follows anyway.
        ParticipantState? left = excepted is { Function: { } function } ? type == FloorMessageType.Idle ? function : null : excepted;
        ReadOnlySpan<int> numbers = participants.Numbers;
        int index = left is { IsReachable: true } ? left.Index : numbers.Length;
        effects.AddToEach(message, numbers[..index]);
        effects.AddToEach(message, numbers[Math.Min(index + 1, numbers.Length)..]);
        if (!Policy.RequestAckFromAll)
            return;
        foreach (ParticipantState participant in participants.All)
        {
            if (participant != left)
                ExpectAck(participant, type);
        }
    }

    private void SendAnnouncement(ParticipantState participant, in FloorEffect message, FloorEffects effects)
    {
        effects.Add(message with { Participant = participant.Number });
        ExpectAck(participant, message.MessageType);
    }

    private void ExpectAck(ParticipantState participant, FloorMessageType type)
    {
        if (Policy.RequestAckFromAll && type != FloorMessageType.ReleaseMultiTalker && participant.Function is null)
            participant.ExpectAck(type, Now + Policy.AckTime);
    }

    private void Send(
        ParticipantState participant,
        FloorMessageType type,
        in FloorMessageWriter writer,
        FloorEffects effects,
        ushort cause = 0)
    {
        effects.Add(effects.Complete(type, writer) with { Participant = participant.Number, Cause = cause });
        if (AsksForAck(type, participant))
            participant.ExpectAck(type, Now + Policy.AckTime);
    }
}
