namespace MediaEngine.Floor;

// What the participant sends (TS 24.380 8.2.4, 8.2.7, 8.2.11, 8.2.13, 8.2.15 to 8.2.17).
public sealed partial class FloorParticipant
{
    /// <summary>An authorised user takes the floor from a talker (6.2.4, 8.2.17).</summary>
    /// <param name="mcpttId">Of the talker, UTF-8, at most 255 octets.</param>
    /// <param name="effects">The message to send.</param>
    public void RequestRevoke(ReadOnlySpan<byte> mcpttId, FloorEffects effects)
    {
        if (!InSession)
            return;
        FloorMessageWriter writer = effects.Begin(FloorMessageType.RevokeRequest, ackRequired: false, _options.Ssrc);
        writer.AddFloorRevokeRequestUserId(mcpttId);
        effects.Add(effects.Complete(FloorMessageType.RevokeRequest, writer));
    }

    /// <summary>An authorised user takes requests out of the queue (8.2.15).</summary>
    /// <param name="mcpttIds">Whose, UTF-8; empty = everybody's. All of them and a length octet each fit into 254 octets.</param>
    /// <param name="effects">The message to send.</param>
    public void CancelQueued(ReadOnlySpan<ReadOnlyMemory<byte>> mcpttIds, FloorEffects effects)
    {
        if (!InSession)
            return;
        FloorMessageWriter writer = effects.Begin(FloorMessageType.QueuedFloorRequests, ackRequired: false, _options.Ssrc);
        writer.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelRequest);
        if (!mcpttIds.IsEmpty)
            writer.AddListOfQueuedUsers(mcpttIds);
        effects.Add(effects.Complete(FloorMessageType.QueuedFloorRequests, writer));
    }

    /// <summary>Asks for media over unicast, or for none of it while the user listens to a bearer (8.2.16).</summary>
    public void ControlUnicastMedia(bool resume, FloorEffects effects)
    {
        if (!InSession)
            return;
        FloorMessageWriter writer = effects.Begin(FloorMessageType.UnicastMediaFlowControl, ackRequired: false, _options.Ssrc);
        writer.AddMediaFlowControlIndicator(resume);
        effects.Add(effects.Complete(FloorMessageType.UnicastMediaFlowControl, writer));
    }

    private bool InSession => State is not (FloorParticipantState.Releasing or FloorParticipantState.StartStop);

    private void SendRequest(FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Request, ackRequired: false, _options.Ssrc);
        if (Priority is { } priority)
            writer.AddFloorPriority(Math.Min(priority, _options.NegotiatedPriority ?? byte.MaxValue));
        writer.AddFloorIndicator(CallType);
        if (_functionalAlias is not null)
            writer.AddFunctionalAlias(_functionalAlias);
        if (!_options.Location.IsEmpty)
            writer.AddField(FloorField.Location, _options.Location.Span);
        effects.Add(effects.Complete(FloorMessageType.Request, writer));
    }

    private void SendRelease(FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Release, _options.RequestReleaseAck, _options.Ssrc);
        writer.AddFloorIndicator(_releaseIndicator);
        effects.Add(effects.Complete(FloorMessageType.Release, writer));
    }

    private void SendQueuePositionRequest(FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.QueuePositionRequest, ackRequired: false, _options.Ssrc);
        effects.Add(effects.Complete(FloorMessageType.QueuePositionRequest, writer));
    }

    private void SendAck(FloorMessageType acknowledged, FloorEffects effects)
    {
        FloorMessageWriter writer = effects.Begin(FloorMessageType.Ack, ackRequired: false, _options.Ssrc);
        writer.AddSource(FloorSource.FloorParticipant);
        writer.AddMessageType(acknowledged);
        effects.Add(effects.Complete(FloorMessageType.Ack, writer));
    }
}
