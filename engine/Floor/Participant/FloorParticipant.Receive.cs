using MediaEngine.Rtp;

namespace MediaEngine.Floor;

// What comes from the floor control server, message by message (TS 24.380 6.2.4.3 to 6.2.4.9).
public sealed partial class FloorParticipant
{
    /// <summary>
    /// A decrypted datagram of the server; it may hold several messages. The first outcome that is not Ok is told.
    /// </summary>
    public FloorOutcome Receive(ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects)
    {
        if (datagram.IsEmpty)
            return FloorOutcome.Malformed;
        FloorOutcome first = FloorOutcome.Ok;
        for (int i = 0; !datagram.IsEmpty; i++)
        {
            if (i == FloorMessage.MaxPerDatagram)
                return first == FloorOutcome.Ok ? FloorOutcome.TooManyMessages : first;
            FloorOutcome outcome = FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed_bytes);
            if (outcome == FloorOutcome.Ok)
                outcome = Receive(message, now, effects);
            if (first == FloorOutcome.Ok)
                first = outcome;
            datagram = datagram[consumed_bytes..];
        }
        return first;
    }

    private FloorOutcome Receive(in FloorMessage message, Instant now, FloorEffects effects)
    {
        if (State is FloorParticipantState.Releasing or FloorParticipantState.StartStop)
            return FloorOutcome.NotSpecifiedInState;
        if (message.AckRequired)
            SendAck(message.Type, effects);
        switch (message.Type)
        {
            case FloorMessageType.Granted:
                return ReceiveGranted(message, now, effects);
            case FloorMessageType.Taken:
                return _sequence.TryAdvance(message) ? ReceiveTaken(message, now, effects) : FloorOutcome.AlreadyKnown;
            case FloorMessageType.Idle:
                return _sequence.TryAdvance(message) ? ReceiveIdle(message, effects) : FloorOutcome.AlreadyKnown;
            case FloorMessageType.Deny:
                return ReceiveDeny(message, effects);
            case FloorMessageType.Revoke:
                return ReceiveRevoke(message, now, effects);
            case FloorMessageType.QueuePositionInfo:
                return ReceiveQueuePositionInfo(message, effects);
            case FloorMessageType.ReleaseMultiTalker:
                _talkers.Remove(message);
                effects.Add(FloorEffectKind.TalkerChanged);
                return FloorOutcome.Ok;
            case FloorMessageType.QueuedFloorRequests:
                return ReceiveQueuedFloorRequests(message, effects);
            case FloorMessageType.Ack:
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private FloorOutcome ReceiveGranted(in FloorMessage message, Instant now, FloorEffects effects)
    {
        switch (State)
        {
            case FloorParticipantState.U_PendingRequest:
                TakeGrant(message);
                EnterHasPermission(effects);
                return FloorOutcome.Ok;
            case FloorParticipantState.U_Queued when !_timers.IsRunning(Timer.T132):
                TakeGrant(message);
                _timers.Stop(Timer.T104);
                if (_options.AcceptQueuedGrantAutomatically && _pushToTalkHeld)
                {
                    EnterHasPermission(effects);
                    return FloorOutcome.Ok;
                }
                effects.Add(FloorEffectKind.QueuedFloorOffered);
                _timers.Start(Timer.T132, now, _options.T132);
                return FloorOutcome.Ok;
            case FloorParticipantState.U_Queued: // the grant again, while the user is still asked
            case FloorParticipantState.U_HasPermission:
            case FloorParticipantState.U_PendingRelease:
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private FloorOutcome ReceiveTaken(in FloorMessage message, Instant now, FloorEffects effects)
    {
        FloorIndicator dualOrMulti = IndicatorOf(message) & (FloorIndicator.DualFloor | FloorIndicator.MultiTalker);
        if (State == FloorParticipantState.U_HasPermission)
        {
            if (dualOrMulti == FloorIndicator.None)
                return FloorOutcome.NotSpecifiedInState;
            // Others may talk beside this participant; who overrides it is heard, too.
            IsOverridden |= dualOrMulti == FloorIndicator.DualFloor && !IsOverriding;
        }
        // A Floor Taken that crosses our Floor Request does not answer it: T101 stays.
        if (State == FloorParticipantState.U_PendingRelease)
            CompleteRelease(effects);
        _talkers.Take(message);
        PermittedToRequestTheFloor = !message.TryGetPermissionToRequestTheFloor(out bool permitted) || permitted;
        if (State != FloorParticipantState.U_HasPermission)
            _timers.Start(Timer.T103, now, _options.T103);
        effects.Add(FloorEffectKind.TalkerChanged);
        return FloorOutcome.Ok;
    }

    private FloorOutcome ReceiveIdle(in FloorMessage message, FloorEffects effects)
    {
        switch (State)
        {
            case FloorParticipantState.U_HasPermission when IsOverriding: // the overridden talker ended
                IsOverriding = false;
                return FloorOutcome.Ok;
            case FloorParticipantState.U_HasPermission
                when IsOverridden && (IndicatorOf(message) & FloorIndicator.DualFloor) != 0: // the overriding talker ended
                IsOverridden = false;
                _talkers.Clear();
                effects.Add(FloorEffectKind.TalkerChanged);
                return FloorOutcome.Ok;
            case FloorParticipantState.U_HasNoPermission:
                ForgetTalker(effects);
                return FloorOutcome.Ok;
            case FloorParticipantState.U_PendingRelease:
                CompleteRelease(effects);
                ForgetTalker(effects);
                if (_options.BroadcastOriginator)
                    ReleaseCall();
                return FloorOutcome.Ok;
            case FloorParticipantState.U_Queued when !_timers.IsRunning(Timer.T132):
                _timers.Stop(Timer.T104);
                State = FloorParticipantState.U_HasNoPermission;
                effects.Add(FloorEffectKind.RequestTimedOut);
                ForgetTalker(effects);
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private FloorOutcome ReceiveDeny(in FloorMessage message, FloorEffects effects)
    {
        if (State is not (FloorParticipantState.U_PendingRequest or FloorParticipantState.U_Queued))
            return FloorOutcome.NotSpecifiedInState;
        message.TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase);
        StopAllButT103();
        State = FloorParticipantState.U_HasNoPermission;
        effects.AddRefusal(FloorEffectKind.FloorDenied, cause, phrase);
        return FloorOutcome.Ok;
    }

    private FloorOutcome ReceiveRevoke(in FloorMessage message, Instant now, FloorEffects effects)
    {
        if (State == FloorParticipantState.U_PendingRelease)
            return FloorOutcome.NotSpecifiedInState;
        FloorIndicator indicator = message.TryGetFloorIndicator(out FloorIndicator received) ? received : CallType;
        message.TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase);
        if (State == FloorParticipantState.U_HasNoPermission)
        {
            // The server saw late media of ours and waits for a Floor Release before it takes the next request.
            _releaseIndicator = indicator;
            SendRelease(effects);
            return FloorOutcome.Ok;
        }
        effects.AddRefusal(FloorEffectKind.FloorRevoked, cause, phrase);
        EnterPendingRelease(indicator, now, effects);
        return FloorOutcome.Ok;
    }

    private FloorOutcome ReceiveQueuePositionInfo(in FloorMessage message, FloorEffects effects)
    {
        if (State is not (FloorParticipantState.U_PendingRequest or FloorParticipantState.U_Queued) ||
            _timers.IsRunning(Timer.T132))
            return FloorOutcome.NotSpecifiedInState;
        byte position = message.TryGetQueueInfo(out byte told, out _) ? told : FloorQueuePosition.NotDisclosed;
        _timers.Stop(Timer.T101);
        _timers.Stop(Timer.T104);
        State = FloorParticipantState.U_Queued;
        effects.Add(new FloorEffect { Kind = FloorEffectKind.QueuePosition, QueuePosition = position });
        return FloorOutcome.Ok;
    }

    private FloorOutcome ReceiveQueuedFloorRequests(in FloorMessage message, FloorEffects effects)
    {
        message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose);
        switch (purpose)
        {
            case QueuedFloorRequestsPurpose.CancelResult:
                message.TryGetResponseState(out ushort response);
                effects.Add(new FloorEffect { Kind = FloorEffectKind.QueueCancelResult, Cause = response });
                return FloorOutcome.Ok;
            case QueuedFloorRequestsPurpose.CancelNotification
                when State == FloorParticipantState.U_Queued && !_timers.IsRunning(Timer.T132):
                _timers.Stop(Timer.T104);
                State = FloorParticipantState.U_HasNoPermission;
                effects.Add(FloorEffectKind.RequestCancelled);
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private static FloorIndicator IndicatorOf(in FloorMessage message) =>
        message.TryGetFloorIndicator(out FloorIndicator indicator) ? indicator : FloorIndicator.None;

    private void TakeGrant(in FloorMessage message)
    {
        message.TryGetDuration(out _grantedDuration_s);
        message.TryGetAudioSsrc(out _grantedAudioSsrc);
        FloorIndicator indicator = IndicatorOf(message);
        IsOverriding = (indicator & FloorIndicator.DualFloor) != 0;
        // Between the talk before and this one there is no Floor Idle when the request was queued or cut in.
        if ((indicator & (FloorIndicator.DualFloor | FloorIndicator.MultiTalker)) == 0)
            _talkers.Clear();
    }
}
