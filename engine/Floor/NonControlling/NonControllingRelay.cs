namespace MediaEngine.Floor;

/// <summary>
/// Writes the messages of a non-controlling function: those it heard, with Track Info one step longer on the way up and one step
/// shorter on the way down (TS 24.380 6.5, 8.2.3.13).
/// </summary>
internal sealed class NonControllingRelay(NonControllingFloorOptions options)
{
    /// <summary>Longer ones are refused: nothing that is relayed may outgrow a message by what is added to it.</summary>
    public const int LongestRelayed_bytes = 1400;

    private const int LargestReferences = 32;

    private readonly byte[] _participantType = FloorText.Encode(options.ParticipantType, nameof(options.ParticipantType));
    private readonly uint[] _references = new uint[LargestReferences];

    /// <summary>Of the last Floor Idle or Taken told to the participants.</summary>
    public ushort MessageSequenceNumber { get; private set; } = options.MessageSequenceNumber;

    /// <summary>False when the message came through too many functions already.</summary>
    public bool TryUp(LocalParticipant from, in FloorMessage message, FloorEffects effects)
    {
        bool queueing = from.Profile.QueueingNegotiated;
        ReadOnlySpan<byte> participantType = _participantType;
        int depth = 0;
        if (message.TryGetTrackInfo(out FloorTrackInfo before))
        {
            depth = before.ReferenceCount;
            bool fits = 2 + (before.ParticipantType.Length + 3 & ~3) + 4 * (depth + 1) <= FloorText.Longest_bytes;
            if (depth >= LargestReferences || !fits)
                return false;
            for (int i = 0; i < depth; i++)
                _references[i] = before.Reference(i);
            queueing = before.Queueing;
            participantType = before.ParticipantType;
        }
        _references[depth] = from.Reference;
        FloorMessageWriter writer = effects.Begin(message.Type, message.AckRequired, options.UpstreamSsrc);
        bool tracked = false;
        foreach (FloorFieldReader field in message.Fields)
        {
            switch (field.Id)
            {
                case FloorField.TrackInfo:
                    break;
                case FloorField.UserId when depth == 0:
                    break;
                case FloorField.FloorPriority when depth == 0:
                    AddPriority(ref writer, from, message);
                    break;
                case FloorField.FloorIndicator when !tracked:
                    AddSender(ref writer, from, message, depth, queueing, participantType);
                    tracked = true;
                    AddIndicator(ref writer, from, message, depth, field);
                    break;
                default:
                    writer.AddField(field.Id, field.Value);
                    break;
            }
        }
        if (!tracked)
            AddSender(ref writer, from, message, depth, queueing, participantType);
        effects.Add(effects.Complete(message.Type, writer) with { Kind = FloorEffectKind.SendToControllingFunction });
        return true;
    }

    /// <summary>A Floor Release on behalf of a participant that is gone.</summary>
    public void ReleaseUp(LocalParticipant from, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Release, ackRequired: false, options.UpstreamSsrc);
        _references[0] = from.Reference;
        writer.AddTrackInfo(from.Profile.QueueingNegotiated, _participantType, _references.AsSpan(0, 1));
        effects.Add(effects.Complete(FloorMessageType.Release, writer) with { Kind = FloorEffectKind.SendToControllingFunction });
    }

    public void AckUp(FloorMessageType acknowledged, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Ack, ackRequired: false, options.UpstreamSsrc);
        writer.AddSource(FloorSource.NonControllingFunction);
        writer.AddMessageType(acknowledged);
        effects.Add(effects.Complete(FloorMessageType.Ack, writer) with { Kind = FloorEffectKind.SendToControllingFunction });
    }

    /// <summary>To the participant that the last reference of Track Info names.</summary>
    public void Down(LocalParticipant to, in FloorMessage message, in FloorTrackInfo trackInfo, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(message.Type, message.AckRequired, options.DownstreamSsrc);
        int left = Math.Min(trackInfo.ReferenceCount - 1, LargestReferences);
        for (int i = 0; i < left; i++)
            _references[i] = trackInfo.Reference(i);
        foreach (FloorFieldReader field in message.Fields)
        {
            if (field.Id == FloorField.TrackInfo && left > 0)
                writer.AddTrackInfo(trackInfo.Queueing, trackInfo.ParticipantType, _references.AsSpan(0, left));
            else if (field.Id != FloorField.TrackInfo)
                AddOwn(ref writer, field);
        }
        effects.Add(effects.Complete(message.Type, writer) with { Participant = to.Number });
    }

    /// <summary>One message for several participants; the result is sent by adding it, once per receiver.</summary>
    public FloorEffect Announcement(in FloorMessage message, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(message.Type, ackRequired: false, options.DownstreamSsrc);
        foreach (FloorFieldReader field in message.Fields)
        {
            if (field.Id != FloorField.TrackInfo)
                AddOwn(ref writer, field);
        }
        return effects.Complete(message.Type, writer);
    }

    /// <summary>6.3.5.3: media without permission is answered here.</summary>
    public void Revoke(LocalParticipant to, ushort cause, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Revoke, ackRequired: false, options.DownstreamSsrc);
        writer.AddRejectCause(cause, FloorCausePhrase.OfRevoke(cause));
        effects.Add(effects.Complete(FloorMessageType.Revoke, writer) with { Participant = to.Number, Cause = cause });
    }

    public void Deny(LocalParticipant to, ushort cause, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Deny, ackRequired: false, options.DownstreamSsrc);
        writer.AddRejectCause(cause, FloorCausePhrase.OfDeny(cause));
        effects.Add(effects.Complete(FloorMessageType.Deny, writer) with { Participant = to.Number, Cause = cause });
    }

    public void Ack(LocalParticipant to, FloorMessageType acknowledged, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Ack, ackRequired: false, options.DownstreamSsrc);
        writer.AddSource(FloorSource.NonControllingFunction);
        writer.AddMessageType(acknowledged);
        effects.Add(effects.Complete(FloorMessageType.Ack, writer) with { Participant = to.Number });
    }

    // The participants hear one count of Idle and Taken, that of this function.
    private void AddOwn(ref FloorMessageWriter writer, in FloorFieldReader field)
    {
        if (field.Id == FloorField.MessageSequenceNumber)
            writer.AddMessageSequenceNumber(++MessageSequenceNumber);
        else
            writer.AddField(field.Id, field.Value);
    }

    // The function below has done this for a participant of its own.
    private static void AddPriority(ref FloorMessageWriter writer, LocalParticipant from, in FloorMessage message)
    {
        if (from.Profile.NegotiatedPriority is { } negotiated && message.TryGetFloorPriority(out byte requested))
            writer.AddFloorPriority(Math.Min(requested, negotiated));
    }

    private static void AddIndicator(
        ref FloorMessageWriter writer, LocalParticipant from, in FloorMessage message, int depth, in FloorFieldReader field)
    {
        if (depth > 0)
            writer.AddField(field.Id, field.Value);
        else if (message.TryGetFloorIndicator(out FloorIndicator claimed))
            writer.AddFloorIndicator(from.Profile.Permit(claimed));
    }

    private void AddSender(
        ref FloorMessageWriter writer,
        LocalParticipant from,
        FloorMessage message,
        int depth,
        bool queueing,
        ReadOnlySpan<byte> participantType)
    {
        if (depth == 0 && message.Type == FloorMessageType.Request)
            writer.AddUserId(from.Identity);
        writer.AddTrackInfo(queueing, participantType, _references.AsSpan(0, depth + 1));
    }
}
