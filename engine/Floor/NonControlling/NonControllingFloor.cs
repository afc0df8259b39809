using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The floor control of a non-controlling MCPTT function: a constituent group's part in a temporary group call (TS 24.380 6.5).
/// It relays between its participants and the controlling function, which decides. Pure; owned by one thread; no timers.
/// </summary>
public sealed class NonControllingFloor
{
    private readonly NonControllingFloorOptions _options;
    private readonly IEntropy _entropy;
    private readonly NonControllingRelay _relay;
    private readonly byte[] _anonymousIdentity;
    private readonly Dictionary<int, LocalParticipant> _byNumber = [];
    private readonly Dictionary<uint, LocalParticipant> _byReference = [];
    private readonly List<LocalParticipant> _all = [];
    private readonly byte[] _floor = new byte[FloorEffects.LongestMessage_bytes];
    private SequenceWindow _sequence;
    private int _floor_bytes;
    private bool _releasing;

    /// <exception cref="ArgumentException">A timer is out of range, or a text is too long.</exception>
    public NonControllingFloor(NonControllingFloorOptions options, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entropy);
        options.Validate();
        _options = options;
        _entropy = entropy;
        _relay = new NonControllingRelay(options);
        _anonymousIdentity = FloorText.Encode(options.AnonymousIdentity, nameof(options.AnonymousIdentity));
    }

    public int ParticipantCount => _all.Count;

    /// <summary>Of the last Floor Idle or Taken told to the participants.</summary>
    public ushort MessageSequenceNumber => _relay.MessageSequenceNumber;

    public NonControllingParticipantState StateOf(int participant) =>
        _byNumber.TryGetValue(participant, out LocalParticipant? local) ? local.State : NonControllingParticipantState.StartStop;

    /// <summary>6.5.2.2: the session of a participant is set up; who comes late is told how the floor is.</summary>
    public FloorOutcome Join(int participant, in FloorParticipantProfile profile, FloorEffects effects)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (_releasing)
            return FloorOutcome.CallReleasing;
        if (_byNumber.ContainsKey(participant))
            return FloorOutcome.AlreadyJoined;
        byte[] identity = profile.PrivacyRequested ? _anonymousIdentity
            : FloorText.Encode(profile.McpttId, nameof(profile.McpttId));
        var local = new LocalParticipant(participant, NewReference(), profile, identity);
        _byNumber.Add(participant, local);
        _byReference.Add(local.Reference, local);
        _all.Add(local);
        if (FloorMessage.TryParse(_floor.AsSpan(0, _floor_bytes), out FloorMessage floor, out _) == FloorOutcome.Ok)
            effects.Add(_relay.Announcement(floor, effects) with { Participant = participant });
        return FloorOutcome.Ok;
    }

    /// <summary>The session of a participant ended; unknown numbers are ignored.</summary>
    public void Leave(int participant, FloorEffects effects)
    {
        if (!_byNumber.Remove(participant, out LocalParticipant? local))
            return;
        _byReference.Remove(local.Reference);
        _all.Remove(local);
        if (!_releasing && (local.Requested || local.State == NonControllingParticipantState.P_HasPermission))
            _relay.ReleaseUp(local, effects);
    }

    /// <summary>A decrypted datagram of a participant; the first outcome that is not Ok is told.</summary>
    public FloorOutcome Receive(int participant, ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects)
    {
        if (!_byNumber.TryGetValue(participant, out LocalParticipant? local))
            return FloorOutcome.UnknownParticipant;
        FloorOutcome first = datagram.IsEmpty ? FloorOutcome.Malformed : FloorOutcome.Ok;
        for (int i = 0; !datagram.IsEmpty && i < FloorMessage.MaxPerDatagram; i++)
        {
            FloorOutcome outcome = FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed_bytes);
            if (outcome == FloorOutcome.Ok && consumed_bytes > NonControllingRelay.LongestRelayed_bytes)
                outcome = FloorOutcome.Malformed;
            if (outcome == FloorOutcome.Ok)
                outcome = ReceiveFromParticipant(local, message, now, effects);
            first = first == FloorOutcome.Ok ? outcome : first;
            datagram = datagram[consumed_bytes..];
        }
        return first == FloorOutcome.Ok && !datagram.IsEmpty ? FloorOutcome.TooManyMessages : first;
    }

    /// <summary>A decrypted datagram of the controlling function; the first outcome that is not Ok is told.</summary>
    public FloorOutcome ReceiveFromControllingFunction(ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects)
    {
        FloorOutcome first = datagram.IsEmpty ? FloorOutcome.Malformed : FloorOutcome.Ok;
        for (int i = 0; !datagram.IsEmpty && i < FloorMessage.MaxPerDatagram; i++)
        {
            FloorOutcome outcome = FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed_bytes);
            if (outcome == FloorOutcome.Ok && consumed_bytes > NonControllingRelay.LongestRelayed_bytes)
                outcome = FloorOutcome.Malformed;
            if (outcome == FloorOutcome.Ok)
                outcome = ReceiveFromControllingFunction(message, now, effects);
            first = first == FloorOutcome.Ok ? outcome : first;
            datagram = datagram[consumed_bytes..];
        }
        return first == FloorOutcome.Ok && !datagram.IsEmpty ? FloorOutcome.TooManyMessages : first;
    }

    /// <summary>One RTP packet with payload of a participant. True = forward it. No allocation.</summary>
    public bool ReceiveMedia(int participant, Instant now, FloorEffects effects)
    {
        if (!_byNumber.TryGetValue(participant, out LocalParticipant? local))
            return false;
        if (local.State == NonControllingParticipantState.P_HasPermission)
            return true;
        bool silent = _releasing || now <= local.MediaInFlightUntil || now < local.LastRevoke + _options.T8;
        if (silent)
            return false;
        local.LastRevoke = now;
        _relay.Revoke(local, FloorRevokeCause.NoPermissionToSendMedia, effects);
        return false;
    }

    /// <summary>Call release step 1: no floor messages and no media any more.</summary>
    public void ReleaseCall()
    {
        _releasing = true;
        foreach (LocalParticipant local in _all)
            local.State = NonControllingParticipantState.P_Releasing;
    }

    /// <summary>Call release step 2: the machines end.</summary>
    public void CompleteRelease()
    {
        foreach (LocalParticipant local in _all)
            local.State = NonControllingParticipantState.StartStop;
    }

    private FloorOutcome ReceiveFromParticipant(LocalParticipant from, in FloorMessage message, Instant now, FloorEffects effects)
    {
        if (_releasing)
            return FloorOutcome.NotSpecifiedInState;
        switch (message.Type)
        {
            case FloorMessageType.Request when from.Profile.ReceiveOnly: // only this function knows
                _relay.Deny(from, FloorDenyCause.ReceiveOnly, effects);
                return FloorOutcome.Ok;
            case FloorMessageType.Request:
                from.Requested = true;
                if (message.TryGetFloorIndicator(out FloorIndicator claimed) && from.Profile.Permit(claimed) != claimed)
                    effects.AddNotAllowed(from.Number, FloorMessageType.Request);
                return Up(from, message, effects);
            case FloorMessageType.Release:
                from.Requested = false;
                from.LosePermission(now, _options.MediaInFlight);
                return Up(from, message, effects);
            case FloorMessageType.QueuePositionRequest:
            case FloorMessageType.Ack:
            case FloorMessageType.QueuedFloorRequests when from.Profile.MayCancelQueued:
            case FloorMessageType.RevokeRequest when from.Profile.MayRevoke:
                return Up(from, message, effects);
            case FloorMessageType.QueuedFloorRequests or FloorMessageType.RevokeRequest:
            case var type when type.IsOfServerOnly():
                effects.AddNotAllowed(from.Number, message.Type);
                return FloorOutcome.NotAllowed;
            case FloorMessageType.UnicastMediaFlowControl when message.TryGetMediaFlowControlIndicator(out bool resume):
                if (message.AckRequired)
                    _relay.Ack(from, FloorMessageType.UnicastMediaFlowControl, effects);
                effects.Add(resume ? FloorEffectKind.UnicastMediaResumed : FloorEffectKind.UnicastMediaStopped, from.Number);
                return FloorOutcome.Ok;
            default:
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private FloorOutcome Up(LocalParticipant from, in FloorMessage message, FloorEffects effects) =>
        _relay.TryUp(from, message, effects) ? FloorOutcome.Ok : FloorOutcome.Malformed;

    private FloorOutcome ReceiveFromControllingFunction(in FloorMessage message, Instant now, FloorEffects effects)
    {
        if (_releasing || message.Type is FloorMessageType.Request or FloorMessageType.Release or
            FloorMessageType.QueuePositionRequest or FloorMessageType.UnicastMediaFlowControl or FloorMessageType.RevokeRequest)
            return FloorOutcome.NotSpecifiedInState;
        if (!_sequence.TryAdvance(message))
        {
            if (message.AckRequired)
                _relay.AckUp(message.Type, effects);
            return FloorOutcome.AlreadyKnown;
        }
        if (message.TryGetTrackInfo(out FloorTrackInfo trackInfo) && trackInfo.ReferenceCount > 0)
        {
            if (!_byReference.TryGetValue(trackInfo.Reference(trackInfo.ReferenceCount - 1), out LocalParticipant? to))
                return FloorOutcome.UnknownParticipant;
            ReceiveFor(to, message, now);
            _relay.Down(to, message, trackInfo, effects);
            return FloorOutcome.Ok;
        }
        switch (message.Type)
        {
            case FloorMessageType.Idle or FloorMessageType.Taken or FloorMessageType.ReleaseMultiTalker:
                if (message.AckRequired)
                    _relay.AckUp(message.Type, effects);
                Announce(message, now, effects);
                return FloorOutcome.Ok;
            case FloorMessageType.Ack:
                return FloorOutcome.Ok;
            case FloorMessageType.Revoke:
                RevokeTalkers(message, effects);
                return FloorOutcome.Ok;
            default: // for nobody: there is no way on without Track Info
                return FloorOutcome.NotSpecifiedInState;
        }
    }

    private void ReceiveFor(LocalParticipant to, in FloorMessage message, Instant now)
    {
        switch (message.Type)
        {
            case FloorMessageType.Granted:
                // Whose Idle or Taken was lost on the way: one grant of a single floor ends another.
                if (IsSingleTalker(message))
                    EndPermissions(now);
                to.State = NonControllingParticipantState.P_HasPermission;
                break;
            case FloorMessageType.Deny:
                to.Requested = false;
                break;
            case FloorMessageType.Idle or FloorMessageType.Taken:
                to.Requested = false;
                to.LosePermission(now, _options.MediaInFlight);
                break;
        }
    }

    // 6.5: Idle and Taken are told to all participants, Taken not to the one it is about.
    private void Announce(in FloorMessage message, Instant now, FloorEffects effects)
    {
        bool others = IsSingleTalker(message);
        ReadOnlySpan<byte> about = default;
        if (message.Type == FloorMessageType.Taken)
            message.TryGetGrantedPartysIdentity(out about);
        else if (message.Type == FloorMessageType.ReleaseMultiTalker)
            message.TryGetUserId(out about);
        if (message.Type != FloorMessageType.ReleaseMultiTalker)
            Remember(message);
        FloorEffect announcement = _relay.Announcement(message, effects);
        foreach (LocalParticipant local in _all)
        {
            bool permitted = local.State == NonControllingParticipantState.P_HasPermission;
            local.Requested &= message.Type != FloorMessageType.Idle || !others;
            if (permitted && message.Type != FloorMessageType.Idle && about.SequenceEqual(local.Identity))
                continue;
            if (permitted && others)
                local.LosePermission(now, _options.MediaInFlight);
            effects.Add(announcement with { Participant = local.Number });
        }
    }

    private static bool IsSingleTalker(in FloorMessage message) => !message.TryGetFloorIndicator(out FloorIndicator indicator) ||
        (indicator & (FloorIndicator.DualFloor | FloorIndicator.MultiTalker)) == 0;

    private void EndPermissions(Instant now)
    {
        foreach (LocalParticipant local in _all)
            local.LosePermission(now, _options.MediaInFlight);
    }

    // Media came from here without permission, and there it is not known whose: of who believes to have it.
    private void RevokeTalkers(in FloorMessage message, FloorEffects effects)
    {
        foreach (LocalParticipant local in _all)
        {
            if (local.State == NonControllingParticipantState.P_HasPermission)
                effects.Add(_relay.Announcement(message, effects) with { Participant = local.Number });
        }
    }

    private void Remember(in FloorMessage message)
    {
        // As it came, so that each late joiner gets a number of its own.
        var writer = new FloorMessageWriter(_floor, message.Type, ackRequired: false, _options.DownstreamSsrc);
        foreach (FloorFieldReader field in message.Fields)
            writer.AddField(field.Id, field.Value);
        _floor_bytes = writer.Complete();
    }

    private uint NewReference()
    {
        Span<byte> octets = stackalloc byte[4];
        uint reference;
        do
        {
            _entropy.Fill(octets);
            reference = BinaryPrimitives.ReadUInt32BigEndian(octets);
        }
        while (_byReference.ContainsKey(reference));
        return reference;
    }
}
