using MediaEngine.Floor;

namespace MediaEngine.Mcx;

/// <summary>A prearranged group call that this server controls (TS 24.379 10.1.1.4).</summary>
internal sealed class GroupCall(ulong number, string groupId, McGroup configuration, string sessionUri)
{
    private readonly List<CallLeg> _legs = [];
    private int _lastLeg;

    public ulong Number { get; } = number;

    /// <summary>The group that was called: a group, or a regroup group.</summary>
    public string GroupId { get; } = groupId;

    /// <summary>The group whose configuration and keys apply: the preconfigured group in a regroup.</summary>
    public McGroup Configuration { get; } = configuration;

    /// <summary>The MCPTT session identity, the Contact of every leg.</summary>
    public string SessionUri { get; } = sessionUri;

    /// <summary>Its user part.</summary>
    public string SessionUser => SessionUri[(SessionUri.IndexOf(':', StringComparison.Ordinal) + 1)..SessionUri.IndexOf('@', StringComparison.Ordinal)];

    /// <summary>Null when the call goes by unicast to everybody.</summary>
    public CallSubchannel? Subchannel { get; set; }

    /// <summary>When it was set up.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>Emergency, imminent peril or normal.</summary>
    public FloorIndicator CallType { get; set; } = FloorIndicator.Normal;

    /// <summary>Only who started the call may talk (TS 24.379 4.12).</summary>
    public bool IsBroadcast { get; init; }

    /// <summary>Who started a broadcast has had the floor.</summary>
    public bool BroadcastBegan { get; set; }

    /// <summary>The group's, for this kind of call.</summary>
    public FloorPolicy FloorPolicy => Configuration.FloorPolicy with
    {
        CallType = CallType,
        Broadcast = IsBroadcast,
        BroadcastOriginator = IsBroadcast ? Initiator?.Number : null,
    };

    public bool Released { get; set; }

    /// <summary>Told when a leg came up or ended.</summary>
    public Action<GroupCall>? RosterChanged { get; init; }

    /// <summary>The leg of the client that started the call.</summary>
    public CallLeg? Initiator { get; set; }

    /// <summary>Legs that are invited or in the call.</summary>
    public IReadOnlyList<CallLeg> Legs => _legs;

    public CallLeg Add(McUser user, string clientId, Sip.SipDestination destination)
    {
        var leg = new CallLeg(this, ++_lastLeg, user, clientId, destination);
        _legs.Add(leg);
        return leg;
    }

    public void Remove(CallLeg leg) => _legs.Remove(leg);

    public CallLeg? LegOf(string mcpttId, string clientId) =>
        _legs.Find(leg => leg.McpttId == mcpttId && leg.ClientId == clientId);

    public GroupCallStatus Status => new(
        Number, GroupId, Since, [.. _legs.Where(leg => leg.State == CallLegState.Established).Select(leg => leg.User.McpttId)]);

    public override string ToString() => $"call {Number:x} on {GroupId}";
}
