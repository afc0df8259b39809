using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>The commands about plain legs. Each answers with the reason why it could not be carried out, or null.</summary>
internal sealed class PlainCommands(RouterState state, PlainHandler handler, FloorOutput floorOutput)
{
    public string? Add(AddPlainLeg command)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (RefusalOf(call, command.Leg, command.McpttId, state.Limits) is { } refusal)
            return refusal;
        if (!SocketAddressKey.TryFrom(command.Media.Audio, out _))
            return "the leg's address is not IPv4";
        var leg = new PlainLeg(command, call);
        command.Media.Keys?.Dispose();
        FloorOutcome joined;
        call.PlainLegs.Add(leg.Id.Value, leg);
        state.PlainLegs.Add(leg);
        state.Counters.Legs++;
        try
        {
            joined = call.Floor.Join(leg.Id.Value, command.Profile, implicitRequest: false, state.Now, state.Effects);
        }
        catch (ArgumentException)
        {
            Unregister(leg);
            throw;
        }
        floorOutput.Emit(call);
        if (joined == FloorOutcome.Ok)
            return null;
        Unregister(leg);
        return $"floor control does not take the leg: {joined}";
    }

    public string? Change(ChangePlainLeg command)
    {
        if (Find(command.Call, command.Leg) is not { } leg)
            return $"the call is not open or has no plain leg {command.Leg.Value}";
        if (!SocketAddressKey.TryFrom(command.Media.Audio, out _))
            return "the leg's address is not IPv4";
        state.PlainLegs.Remove(leg);
        leg.Change(command);
        command.Media.Keys?.Dispose();
        state.PlainLegs.Add(leg);
        if (leg.Media.Sends)
            return null;
        leg.PreRoll?.Clear();
        leg.Floor.Withdraw(state);
        handler.Settle(leg);
        return null;
    }

    public string? UseGroupKey(UseGroupKey command)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        GroupMasterKey? key = call.GroupKeys.Find(key => key.Id == command.GmkId);
        if (key is null)
            return $"GMK {command.GmkId} is not installed";
        Use(call, key);
        return null;
    }

    /// <summary>The GMK in use goes; who retires it before another one activated has the latest installed used.</summary>
    public static void Retiring(MediaCall call, GroupMasterKey key)
    {
        if (key == call.SendingKey && call.GroupKeys.FindLast(other => other != key) is { } other)
            Use(call, other);
    }

    /// <summary>False when the call has no such plain leg.</summary>
    public bool TryRemove(CallId call, LegId number)
    {
        if (Find(call, number) is not { } leg)
            return false;
        leg.Call.Floor.Leave(number.Value, state.Now, state.Effects);
        floorOutput.Emit(leg.Call);
        Unregister(leg);
        return true;
    }

    public void RemoveAll(MediaCall call)
    {
        foreach (PlainLeg leg in call.PlainLegs.Values.ToArray())
            Unregister(leg);
    }

    /// <summary>Why a leg of any kind cannot join; null when it can.</summary>
    public static string? RefusalOf(MediaCall call, LegId leg, string mcpttId, RouterLimits limits)
    {
        int number = leg.Value;
        if (number < 0 || call.Legs.ContainsKey(number) || call.PlainLegs.ContainsKey(number))
            return $"leg {number} is negative or taken";
        if (Encoding.UTF8.GetByteCount(mcpttId) is < 1 or > RouterLimits.MaxIdentity_bytes)
            return $"an MCPTT ID has 1 to {RouterLimits.MaxIdentity_bytes} octets";
        return call.Legs.Count + call.PlainLegs.Count < limits.MaxLegsPerCall
            ? null
            : $"the call has {limits.MaxLegsPerCall} legs, the most this node takes";
    }

    private static void Use(MediaCall call, GroupMasterKey key)
    {
        if (key == call.SendingKey)
            return;
        call.SendingKey = key;
        foreach (PlainLeg leg in call.PlainLegs.Values)
            leg.Voice.Rekey(key);
    }

    private PlainLeg? Find(CallId call, LegId number) =>
        state.Calls.TryGetValue(call, out MediaCall? found) ? found.PlainLegs.GetValueOrDefault(number.Value) : null;

    private void Unregister(PlainLeg leg)
    {
        leg.Call.PlainLegs.Remove(leg.Id.Value);
        state.PlainLegs.Remove(leg);
        leg.Dispose();
        state.Counters.Legs--;
    }
}
