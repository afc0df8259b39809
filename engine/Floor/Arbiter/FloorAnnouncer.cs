namespace MediaEngine.Floor;

/// <summary>Writes the messages of the floor control server (TS 24.380 8.2), fields in the order of the message tables.</summary>
internal sealed class FloorAnnouncer(FloorPolicy policy, uint serverSsrc, ParticipantTable participants)
{
    private byte[] _anonymousIdentity = FloorText.Encode(policy.AnonymousIdentity, nameof(policy.AnonymousIdentity));
    private ushort _messageSequenceNumber;

    public FloorPolicy Policy { get; private set; } = policy;

    public void ChangePolicy(FloorPolicy policy)
    {
        Policy = policy;
        _anonymousIdentity = FloorText.Encode(policy.AnonymousIdentity, nameof(policy.AnonymousIdentity));
    }

    public void Granted(ParticipantState talker, EffectivePriority priority, ushort duration_s, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Granted, Policy.RequestAck, serverSsrc);
        writer.AddDuration(duration_s);
        if (talker.Profile.AudioSsrc != 0)
            writer.AddAudioSsrc(talker.Profile.AudioSsrc);
        writer.AddFloorPriority(priority.Number);
        talker.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(talker, FloorMessageType.Granted, writer, effects);
    }

    public void Deny(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Deny, Policy.RequestAck, serverSsrc);
        writer.AddRejectCause(cause);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.Deny, writer, effects, cause);
    }

    public void Revoke(ParticipantState participant, ushort cause, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Revoke, ackRequired: false, serverSsrc);
        writer.AddRejectCause(cause);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.Revoke, writer, effects, cause);
    }

    public void QueuePositionInfo(ParticipantState participant, byte position, byte priority, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.QueuePositionInfo, Policy.RequestAck, serverSsrc);
        writer.AddQueueInfo(position, priority);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        Send(participant, FloorMessageType.QueuePositionInfo, writer, effects);
    }

    public void Ack(ParticipantState participant, FloorMessageType acknowledged, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Ack, ackRequired: false, serverSsrc);
        writer.AddSource(FloorSource.ControllingFunction);
        writer.AddMessageType(acknowledged);
        participant.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        Send(participant, FloorMessageType.Ack, writer, effects);
    }

    /// <summary>Floor Idle to one participant.</summary>
    public void Idle(ParticipantState participant, FloorEffects effects) =>
        effects.Add(WriteIdle(participant, effects) with { Participant = participant.Number });

    public void IdleToAll(FloorEffects effects)
    {
        if (participants.Count == 0)
            return;
        FloorEffect message = WriteIdle(null, effects);
        foreach (ParticipantState participant in participants.All)
            effects.Add(message with { Participant = participant.Number });
    }

    /// <summary>Floor Taken to one participant.</summary>
    public void Taken(ParticipantState participant, ParticipantState talker, FloorEffects effects) =>
        effects.Add(WriteTaken(talker, participant, effects) with { Participant = participant.Number });

    public void TakenToOthers(ParticipantState talker, FloorEffects effects)
    {
        if (participants.Count < 2)
            return;
        FloorEffect message = WriteTaken(talker, null, effects);
        foreach (ParticipantState participant in participants.All)
        {
            if (participant != talker)
                effects.Add(message with { Participant = participant.Number });
        }
    }

    private FloorEffect WriteIdle(ParticipantState? receiver, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Idle, ackRequired: false, serverSsrc);
        writer.AddMessageSequenceNumber(++_messageSequenceNumber);
        receiver?.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        return effects.Complete(FloorMessageType.Idle, writer);
    }

    private FloorEffect WriteTaken(ParticipantState talker, ParticipantState? receiver, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Taken, ackRequired: false, serverSsrc);
        bool privacy = talker.Profile.PrivacyRequested;
        writer.AddGrantedPartysIdentity(privacy ? _anonymousIdentity : talker.McpttId);
        writer.AddPermissionToRequestTheFloor(!Policy.Broadcast);
        writer.AddMessageSequenceNumber(++_messageSequenceNumber);
        receiver?.TrackInfo.AddTo(ref writer, FloorField.TrackInfo);
        writer.AddFloorIndicator(Policy.Indicator);
        if (talker.Profile.AudioSsrc != 0)
            writer.AddAudioSsrc(talker.Profile.AudioSsrc);
        if (!privacy)
            talker.FunctionalAlias.AddTo(ref writer, FloorField.FunctionalAlias);
        if (talker.Profile.LocationConsent)
            talker.Location.AddTo(ref writer, FloorField.Location);
        return effects.Complete(FloorMessageType.Taken, writer);
    }

    private static void Send(
        ParticipantState participant,
        FloorMessageType type,
        in FloorMessageWriter writer,
        FloorEffects effects,
        ushort cause = 0) =>
        effects.Add(effects.Complete(type, writer) with { Participant = participant.Number, Cause = cause });
}
