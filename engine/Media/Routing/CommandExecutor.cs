using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>Carries out commands. A command is checked before it changes anything; one that cannot be is reported.</summary>
internal sealed partial class CommandExecutor(
    RouterState state,
    IMulticastOutput multicast,
    FloorOutput floorOutput,
    FloorWatches watches,
    PlainHandler plainHandler,
    IReportSink reports)
{
    private readonly PlainCommands _plain = new(state, plainHandler, floorOutput);

    /// <summary>Keys in the command become the executor's.</summary>
    public void Execute(MediaCommand command, Instant now)
    {
        string? refusal;
        try
        {
            refusal = command switch
            {
                OpenCall open => Open(open, now),
                AddLeg add => Add(add, now),
                AddPlainLeg add => _plain.Add(add),
                ChangeLeg change => Change(change, now),
                ReportListening report => Listen(report),
                ChangePlainLeg change => _plain.Change(change),
                UseGroupKey use => _plain.UseGroupKey(use),
                RemoveLeg remove => Remove(remove, now),
                CloseCall => Close(command.Call, now),
                InstallGroupKey install => Install(install),
                RetireGroupKey retire => Retire(retire),
                ReplaceFloorKey replace => Replace(replace),
                SetFloorPolicy set => SetPolicy(set, now),
                WatchFloor watch => Watch(watch, now),
                AddNonControllingFunction add => AddFunction(add, now),
                BecomeNonControlling become => Become(become, now),
                BecomeControlling become => Become(become, now),
                CompleteTemporaryGroup complete => Complete(complete, now),
                RequestFloor request => Request(request, now),
                _ => $"{command.GetType().Name} is not known",
            };
        }
        catch (ArgumentException invalid)
        {
            refusal = invalid.Message;
        }
        if (refusal is null)
            return;
        state.Effects.Clear();
        MediaCommandKeys.Dispose(command);
        reports.Report(new CommandRefused(command.Call, refusal));
    }

    private string? Open(OpenCall command, Instant now)
    {
        if (state.Calls.ContainsKey(command.Call))
            return "the call is open already";
        if (state.Calls.Count >= state.Limits.MaxCalls)
            return $"{state.Limits.MaxCalls} calls are open, the most this shard takes";
        if (command.ControllingFunction is not null && state.Entropy is null)
            return NoEntropy;
        ICallFloor floor = command.ControllingFunction is FunctionPeer controlling
            ? NewRelayedFloor(controlling, command.Floor, messageSequenceNumber: 0)
            : new FloorArbiter(command.Floor, FloorOutput.LegSsrcComesLater, now, state.Effects);
        if (OpenSubchannel(command, out CallSubchannel? subchannel) is string wrong)
            return wrong;
        var call = new MediaCall(command, floor, subchannel);
        state.Calls.Add(call.Id, call);
        state.Deadlines.Add(call);
        state.Counters.Calls++;
        floorOutput.Emit(call);
        if (command.ControllingFunction is not FunctionPeer peer || ConnectUpwards(call, peer) is not string refusal)
            return null;
        Close(call.Id, now);
        return refusal;
    }

    private string? Add(AddLeg command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        int number = command.Leg.Value;
        if (PlainCommands.RefusalOf(call, command.Leg, command.McpttId, state.Limits) is { } refusal)
            return refusal;
        if (command.Delivery == LegDelivery.Multicast && call.Subchannel is null)
            return "the call has no multicast bearer";
        if (!SocketAddressKey.TryFrom(command.Audio, out _) || !SocketAddressKey.TryFrom(command.Floor, out _))
            return "the leg's addresses are not IPv4";
        ControlKey control = state.ControlKeys.Acquire(command.ClientServerKey);
        if (!control.TryClaim(command.ServerSsrc))
        {
            state.ControlKeys.Release(control);
            return $"server SSRC {command.ServerSsrc:x8} was used before under CSK {control.Id}: nonces would repeat";
        }

        MediaLeg leg = Register(new MediaLeg(command, call, control, state.Limits.MaxGroupKeysPerCall));
        FloorOutcome joined;
        try
        {
            joined = call.Floor.Join(number, command.Profile, command.ImplicitFloorRequest, now, state.Effects);
        }
        catch (ArgumentException)
        {
            Unregister(leg);
            throw;
        }
        floorOutput.Emit(call);
        if (joined == FloorOutcome.Ok)
        {
            call.Subchannel?.Control.Join(number, hasMulticastKey: true);
            SetDelivery(leg, command.Delivery, now);
            return null;
        }
        Unregister(leg);
        return $"floor control does not take the leg: {joined}";
    }

    private string? Change(ChangeLeg command, Instant now)
    {
        if (FindLeg(command.Call, command.Leg, out MediaLeg? leg) is string missing)
            return missing;
        if (command.Delivery == LegDelivery.Multicast && leg!.Call.Subchannel is null)
            return "the call has no multicast bearer";
        if (leg!.Function is not null)
            return "the leg is a function's, which gets unicast";
        SetDelivery(leg!, command.Delivery, now);
        return null;
    }

    private string? Remove(RemoveLeg command, Instant now)
    {
        if (_plain.TryRemove(command.Call, command.Leg))
            return null;
        if (FindLeg(command.Call, command.Leg, out MediaLeg? leg) is string missing)
            return missing;
        if (leg == leg!.Call.ControllingFunction)
            return "the floor is controlled by this leg: let the call become controlling first, or close it";
        leg.Call.Floor.Leave(command.Leg.Value, now, state.Effects);
        leg.Call.Subchannel?.Control.Leave(command.Leg.Value, now, state.Effects);
        floorOutput.Emit(leg.Call);
        Unregister(leg);
        return null;
    }

    private string? Close(CallId id, Instant now)
    {
        if (!state.Calls.TryGetValue(id, out MediaCall? call))
            return "the call is not open";
        call.Floor.ReleaseCall(now, state.Effects);
        call.Floor.CompleteRelease();
        call.Subchannel?.Control.EndCall(now, state.Effects);
        floorOutput.Emit(call);
        watches.Close(call, now);
        foreach (MediaLeg leg in call.Legs.Values.ToArray())
            Unregister(leg);
        _plain.RemoveAll(call);
        state.Calls.Remove(id);
        state.Counters.Calls--;
        state.Unmapping.Add(call);
        EndIfUnmapped(call);
        return null;
    }

    private string? Install(InstallGroupKey command)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.GroupKeys.Exists(key => key.Id == command.Key.Id))
            return $"{command.Key} is installed already";
        if (call.GroupKeys.Count >= state.Limits.MaxGroupKeysPerCall)
            return $"the call has {call.GroupKeys.Count} group keys, the most this node takes: retire one first";
        foreach (MediaLeg leg in call.Legs.Values)
        {
            if (leg.Function is not null && state.FunctionFlows.Contains(command.Key.Id, leg.Audio.Address))
                return TakenAt(command.Key, leg.Audio.Address);
        }
        call.GroupKeys.Add(command.Key);
        foreach (MediaLeg leg in call.Legs.Values)
            AddMediaKey(leg, command.Key);
        return null;
    }

    private string? Retire(RetireGroupKey command)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        GroupMasterKey? key = call.GroupKeys.Find(key => key.Id == command.GmkId);
        if (key is null)
            return $"GMK {command.GmkId} is not installed";
        foreach (MediaLeg leg in call.Legs.Values)
            RemoveMediaKey(leg, command.GmkId);
        PlainCommands.Retiring(call, key);
        call.GroupKeys.Remove(key);
        key.Dispose();
        return null;
    }

    private string? SetPolicy(SetFloorPolicy command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.Arbiter is not FloorArbiter arbiter)
            return "the floor of the call is controlled elsewhere";
        arbiter.ChangePolicy(command.Floor);
        call.Policy = command.Floor;
        arbiter.Expire(now, state.Effects);
        floorOutput.Emit(call);
        return null;
    }

    private string? Request(RequestFloor command, Instant now)
    {
        if (FindLeg(command.Call, command.Leg, out MediaLeg? leg) is string missing)
            return missing;
        if (leg!.Call.Arbiter is not FloorArbiter arbiter)
            return "the floor of the call is controlled elsewhere";
        // What the state has no action for is discarded as a message would be.
        arbiter.RequestImplicitly(command.Leg.Value, command.CallType, now, state.Effects);
        floorOutput.Emit(leg.Call);
        return null;
    }

    private string? Watch(WatchFloor command, Instant now)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (command.On)
            watches.Begin(call, now);
        else
            watches.End(call);
        return null;
    }

    private MediaLeg Register(MediaLeg leg)
    {
        MediaCall call = leg.Call;
        call.Legs.Add(leg.Id.Value, leg);
        call.FloorPaths.Add(leg);
        state.AudioFlows.AddAddress(leg.Audio.Address);
        state.FloorFlows.AddAddress(leg.Floor.Address);
        state.FloorFlows.AddMki(leg.Control.Id.Value, leg.Floor);
        foreach (GroupMasterKey key in call.GroupKeys)
            AddMediaKey(leg, key);
        call.UpdateTarget(leg);
        state.Counters.Legs++;
        return leg;
    }

    private void Unregister(MediaLeg leg)
    {
        leg.Call.Targets.Update(leg, present: false);
        leg.Call.FloorPaths.Remove(leg);
        leg.Call.Legs.Remove(leg.Id.Value);
        state.AudioFlows.RemoveAddress(leg.Audio.Address);
        state.FloorFlows.RemoveAddress(leg.Floor.Address);
        state.FloorFlows.RemoveMki(leg.Control.Id.Value, leg.Floor);
        foreach (GroupMasterKey key in leg.Call.GroupKeys)
            RemoveMediaKey(leg, key.Id);
        leg.Dispose();
        state.ControlKeys.Release(leg.Control);
        state.Counters.Legs--;
    }

    private string? FindLeg(CallId id, LegId number, out MediaLeg? leg)
    {
        leg = null;
        if (!state.Calls.TryGetValue(id, out MediaCall? call))
            return "the call is not open";
        return call.Legs.TryGetValue(number.Value, out leg) ? null : $"the call has no leg {number.Value}";
    }
}
