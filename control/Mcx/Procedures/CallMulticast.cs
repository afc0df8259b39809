using System.Net;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Mcx;

/// <summary>
/// Calls and the bearer (TS 24.380 4.1.3): gives a call its addresses, keys and SSRCs, and tells the media plane which legs may be
/// reached by multicast: those whose client listens to the bearer and holds the group's floor key.
/// </summary>
internal sealed class CallMulticast
{
    private readonly McContext _context;
    private readonly GroupKeyManagement _groupKeys;
    private readonly McxKey? _controlKey;
    private readonly HashSet<string> _monitors = [];

    /// <param name="controlKey">MSCCK; null when there is no bearer.</param>
    public CallMulticast(McContext context, GroupKeyManagement groupKeys, McxKey? controlKey)
    {
        _context = context;
        _groupKeys = groupKeys;
        _controlKey = controlKey;
        groupKeys.FloorKeyChanged = Refresh;
    }

    /// <summary>A place on the bearer for a new call; null when it goes by unicast to everybody.</summary>
    public CallSubchannel? Open(GroupCall call, Instant now, McxEffects effects)
    {
        if (_controlKey is null || !call.Configuration.Multicast)
            return null;
        if (_groupKeys.FloorKeyOf(call.Configuration, now, effects) is not { } floorKey)
        {
            effects.Log("call-without-multicast", call.GroupId, $"{call.Configuration.Id} has no key for floor control on the bearer");
            return null;
        }
        if (_context.MulticastPool.Take() is not { } address)
        {
            effects.Log("call-without-multicast", call.GroupId, "every multicast address is in use");
            return null;
        }
        if (!_context.ServerSsrcs.TryTake(floorKey.Id, except: 0, effects, out uint floorSsrc) ||
            !_context.ServerSsrcs.TryTake(_controlKey.Id, except: 0, effects, out uint controlSsrc))
        {
            _context.MulticastPool.Return(address);
            effects.Warn("server-ssrcs-used-up", call.GroupId, "no SSRC is reserved for floor control by multicast");
            return null;
        }
        MulticastOptions options = _context.Options.Multicast!;
        return new CallSubchannel(
            new IPEndPoint(address, options.MediaPort), new IPEndPoint(address, options.FloorPort), floorKey, floorSsrc, _controlKey, controlSsrc);
    }

    public bool CanReach(CallLeg leg) =>
        leg.Call.Subchannel is { } subchannel && _monitors.Contains(leg.Client) &&
        _groupKeys.Holds(leg.Call.Configuration, subchannel.FloorKey.Id, leg.Client);

    /// <summary>The client listens, or no longer listens, to the bearer's general purpose subchannel.</summary>
    /// <param name="client">Identifier of the registration.</param>
    public void SetMonitoring(string client, bool monitors, McxEffects effects)
    {
        if (!(monitors ? _monitors.Add(client) : _monitors.Remove(client)))
            return;
        foreach (GroupCall call in _context.State.CallsByNumber.Values)
        {
            foreach (CallLeg leg in call.Legs.Where(leg => leg.Client == client))
                Refresh(leg, effects);
        }
    }

    // The group has another floor key in force, or one more client holds it.
    private void Refresh(McGroup group, Instant now, McxEffects effects)
    {
        foreach (GroupCall call in _context.State.CallsByNumber.Values.Where(call => ReferenceEquals(call.Configuration, group)))
        {
            if (call.Subchannel is not { } subchannel || _groupKeys.FloorKeyOf(group, now, effects) is not { } key)
                continue;
            if (key.Id != subchannel.FloorKey.Id && _context.ServerSsrcs.TryTake(key.Id, except: 0, effects, out uint ssrc))
            {
                call.Subchannel = subchannel with { FloorKey = key, FloorSsrc = ssrc };
                effects.Submit(new MediaEffect.ReplaceFloorKey(call.Number, key, ssrc));
            }
            foreach (CallLeg leg in call.Legs)
                Refresh(leg, effects);
        }
    }

    private void Refresh(CallLeg leg, McxEffects effects)
    {
        bool canReach = CanReach(leg);
        if (!leg.InMedia || canReach == leg.OverMulticast)
            return;
        leg.OverMulticast = canReach;
        effects.Submit(new MediaEffect.ChangeLeg(leg.Call.Number, leg.Number, canReach));
    }
}
