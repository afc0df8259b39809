using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>Commands about a call's place on its bearer.</summary>
internal sealed partial class CommandExecutor
{
    private string? Listen(ReportListening command)
    {
        if (FindLeg(command.Call, command.Leg, out MediaLeg? leg) is string missing)
            return missing;
        if (leg!.Call.Subchannel is not { } subchannel)
            return "the call has no multicast bearer";
        subchannel.Control.ReportListening(command.Leg.Value, command.Listens);
        leg.Call.UpdateTarget(leg);
        return null;
    }

    /// <summary>Lets go of a closed call when all that is to be said of it has been said; false when it goes on.</summary>
    public bool EndIfUnmapped(MediaCall call)
    {
        if (call.Subchannel is { Control.State: not SubchannelState.Unmapped } || !state.Unmapping.Remove(call))
            return false;
        End(call);
        return true;
    }

    /// <summary>Lets go of all closed calls at once.</summary>
    public void EndClosedCalls()
    {
        state.Unmapping.ForEach(End);
        state.Unmapping.Clear();
    }

    private void End(MediaCall call)
    {
        state.Deadlines.Remove(call);
        if (call.Subchannel is { } subchannel)
            multicast.Release(subchannel.Bearer);
        call.Dispose();
    }

    private string? Replace(ReplaceFloorKey command)
    {
        if (!state.Calls.TryGetValue(command.Call, out MediaCall? call))
            return "the call is not open";
        if (call.Subchannel is not { } subchannel)
            return "the call has no multicast bearer";
        if (!state.MulticastSsrcs.TryClaim(command.FloorKey))
            return $"SSRC {command.FloorKey.Ssrc:x8} was used before under {command.FloorKey.Key}: nonces would repeat";
        subchannel.ReplaceFloorKey(command.FloorKey);
        MediaCommandKeys.Dispose(command);
        return null;
    }

    private string? OpenSubchannel(OpenCall command, out CallSubchannel? subchannel)
    {
        subchannel = null;
        if (command.Multicast is not { } wanted)
            return null;
        if (MulticastAddresses.Check(wanted) is string wrong)
            return wrong;
        foreach (MulticastKey key in (ReadOnlySpan<MulticastKey>)[wanted.FloorKey, wanted.ControlKey])
        {
            if (!state.MulticastSsrcs.TryClaim(key))
                return $"SSRC {key.Ssrc:x8} was used before under {key.Key}: nonces would repeat";
        }
        if (!multicast.TryAcquire(wanted.Bearer, out SendQueue? queue, out string? reason))
            return reason;
        try
        {
            subchannel = new CallSubchannel(wanted, command.GroupIdentity, queue);
        }
        catch (ArgumentException)
        {
            multicast.Release(wanted.Bearer);
            throw;
        }
        // The same group again: what is left to be said of its last call would now be wrong.
        if (state.Unmapping.Find(call => call.GroupIdentity == command.GroupIdentity) is { } last)
        {
            state.Unmapping.Remove(last);
            End(last);
        }
        wanted.FloorKey.Key.Dispose();
        wanted.ControlKey.Key.Dispose();
        return null;
    }

    private void SetDelivery(MediaLeg leg, LegDelivery delivery, Instant now)
    {
        if (leg.Call.Subchannel is not { } subchannel)
            return;
        subchannel.Control.ReportMonitoring(leg.Id.Value, delivery == LegDelivery.Multicast, now, state.Effects);
        leg.Call.UpdateTarget(leg);
        floorOutput.Emit(leg.Call);
    }
}
