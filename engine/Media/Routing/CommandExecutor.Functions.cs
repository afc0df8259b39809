using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <content>Temporary groups: legs to other functions, and calls whose floor is controlled elsewhere (TS 24.380 6.5).</content>
internal sealed partial class CommandExecutor
{
    private const string NoEntropy = "this router has no entropy for floor participant references";

    private const int MaxReferences = 32;

    private const int MaxParticipantType_bytes = 32;

    private string? AddFunction(AddNonControllingFunction command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        FloorParticipantProfile profile = command.Profile with { IsNonControllingFunction = true };
        if (Connect(call, command.Function, profile, out MediaLeg? leg) is string refusal)
            return refusal;
        FloorOutcome joined = call.Floor.Join(leg!.Id.Value, profile, implicitRequest: false, now, state.Effects);
        floorOutput.Emit(call);
        if (joined == FloorOutcome.Ok)
            return null;
        Unregister(leg);
        return $"floor control does not take the leg: {joined}";
    }

    private string? Become(BecomeNonControlling command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.Arbiter is not FloorArbiter arbiter)
            return "the floor of the call is controlled elsewhere already";
        if (state.Entropy is null)
            return NoEntropy;
        RelayedFloor relayed = NewRelayedFloor(command.ControllingFunction, arbiter.Policy, arbiter.MessageSequenceNumber);
        if (ConnectUpwards(call, command.ControllingFunction) is string refusal)
            return refusal;
        arbiter.ReleaseCall(now, state.Effects);
        arbiter.CompleteRelease();
        call.Floor = relayed;
        JoinAll(call, now);
        return null;
    }

    private string? Become(BecomeControlling command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.ControllingFunction is not MediaLeg controlling)
            return "the floor of the call is controlled here already";
        var arbiter = new FloorArbiter(
            command.Floor, FloorOutput.LegSsrcComesLater, now, state.Effects, call.Floor.MessageSequenceNumber);
        // What the participants have or want there is given back before the way there is gone.
        foreach (MediaLeg leg in call.Legs.Values)
            call.Floor.Leave(leg.Id.Value, now, state.Effects);
        foreach (PlainLeg leg in call.PlainLegs.Values)
            call.Floor.Leave(leg.Id.Value, now, state.Effects);
        floorOutput.Emit(call);
        Unregister(controlling);
        call.ControllingFunction = null;
        call.Floor = arbiter;
        call.Policy = command.Floor;
        JoinAll(call, now);
        return null;
    }

    private string? Complete(CompleteTemporaryGroup command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.Arbiter is not { State: FloorServerState.G_Initialising } arbiter)
            return "the call is no temporary group's that waits for answers";
        foreach (InitialFloorRequest request in command.Requests)
        {
            if (Check(request, call) is string wrong)
                return wrong;
        }
        Span<byte> message = stackalloc byte[1024];
        foreach (InitialFloorRequest request in command.Requests)
            arbiter.Receive(request.Function.Value, message[..Write(request, message)], now, state.Effects);
        arbiter.CompleteInitialising(now, state.Effects);
        floorOutput.Emit(call);
        return null;
    }

    private void JoinAll(MediaCall call, Instant now)
    {
        foreach (MediaLeg leg in call.Legs.Values)
        {
            if (leg != call.ControllingFunction)
                call.Floor.Join(leg.Id.Value, leg.Profile, implicitRequest: false, now, state.Effects);
        }
        foreach (PlainLeg leg in call.PlainLegs.Values)
            call.Floor.Join(leg.Id.Value, leg.Profile, implicitRequest: false, now, state.Effects);
        floorOutput.Emit(call);
    }

    private RelayedFloor NewRelayedFloor(FunctionPeer controlling, FloorPolicy policy, ushort messageSequenceNumber) => new(
        new NonControllingFloor(
            new NonControllingFloorOptions
            {
                UpstreamSsrc = FloorOutput.LegSsrcComesLater,
                DownstreamSsrc = FloorOutput.LegSsrcComesLater,
                MessageSequenceNumber = messageSequenceNumber,
                T8 = policy.T8,
                MediaInFlight = policy.MediaInFlight,
                AnonymousIdentity = policy.AnonymousIdentity,
            },
            state.Entropy!),
        controlling.Leg);

    private string? ConnectUpwards(MediaCall call, FunctionPeer peer)
    {
        var profile = new FloorParticipantProfile { McpttId = "controlling function" };
        string? refusal = Connect(call, peer, profile, out MediaLeg? leg);
        call.ControllingFunction ??= leg;
        return refusal;
    }

    private string? Connect(MediaCall call, FunctionPeer peer, FloorParticipantProfile profile, out MediaLeg? leg)
    {
        leg = null;
        if (PlainCommands.RefusalOf(call, peer.Leg, profile.McpttId, state.Limits) is { } refusal)
            return refusal;
        if (!SocketAddressKey.TryFrom(peer.Audio, out SocketAddressKey audio) || !audio.IsUsable ||
            !SocketAddressKey.TryFrom(peer.Floor, out SocketAddressKey floor) || !floor.IsUsable)
            return "the function's addresses are not IPv4 addresses with ports";
        if (peer.SignallingProtectionKey.Purpose != KeyPurpose.SignallingProtectionKey)
            return $"{peer.SignallingProtectionKey} is no SPK";
        if (call.GroupKeys.Find(key => state.FunctionFlows.Contains(key.Id, audio)) is GroupMasterKey taken)
            return TakenAt(taken, audio);
        ControlKey control = state.ControlKeys.Acquire(peer.SignallingProtectionKey);
        if (peer.ServerSsrc == peer.PeerSsrc || control.HasClaimed(peer.ServerSsrc) || control.HasClaimed(peer.PeerSsrc))
        {
            state.ControlKeys.Release(control);
            return $"server SSRC {peer.ServerSsrc:x8} or peer SSRC {peer.PeerSsrc:x8} was used before under SPK {control.Id}: " +
                "nonces would repeat";
        }
        control.TryClaim(peer.ServerSsrc);
        control.TryClaim(peer.PeerSsrc);
        leg = Register(new MediaLeg(peer, profile, call, control, state.Limits));
        return null;
    }

    private void AddMediaKey(MediaLeg leg, GroupMasterKey key)
    {
        if (leg.Function is not FunctionLink function)
        {
            state.AudioFlows.AddMki(leg.AddMediaKey(key), leg.Audio);
            return;
        }
        function.AddGroupKey(key);
        state.FunctionFlows.Add(key.Id, leg.Audio);
    }

    private void RemoveMediaKey(MediaLeg leg, KeyIdentifier gmkId)
    {
        if (leg.Function is not FunctionLink function)
        {
            state.AudioFlows.RemoveMki(leg.RemoveMediaKey(gmkId), leg.Audio);
            return;
        }
        function.RemoveGroupKey(gmkId);
        state.FunctionFlows.Remove(gmkId, leg.Audio);
    }

    private static int Write(InitialFloorRequest request, Span<byte> message)
    {
        var writer = new FloorMessageWriter(message, FloorMessageType.Request, ackRequired: false, FloorOutput.LegSsrcComesLater);
        if (request.Priority is byte priority)
            writer.AddFloorPriority(priority);
        writer.AddUserId(Encoding.UTF8.GetBytes(request.McpttId));
        writer.AddTrackInfo(
            request.QueueingSupported, Encoding.UTF8.GetBytes(request.ParticipantType), [.. request.References]);
        writer.AddFloorIndicator(request.Indicator);
        return writer.Complete();
    }

    private static string? Check(InitialFloorRequest request, MediaCall call)
    {
        if (!call.Legs.TryGetValue(request.Function.Value, out MediaLeg? leg) || leg.Function is null)
            return $"leg {request.Function.Value} is no function's";
        bool fits = Encoding.UTF8.GetByteCount(request.McpttId) is >= 1 and <= RouterLimits.MaxIdentity_bytes &&
            Encoding.UTF8.GetByteCount(request.ParticipantType) <= MaxParticipantType_bytes &&
            request.References.Count is >= 1 and <= MaxReferences;
        return fits ? null : $"the floor request of leg {leg.Id.Value} does not fit a floor message";
    }

    private static string TakenAt(GroupMasterKey key, SocketAddressKey address) =>
        $"another call has {key} with the function at {address}: whose its media is could not be told";
}
