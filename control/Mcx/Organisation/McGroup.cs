using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>One MC service group: the parts of its group document that calls and regroups use (TS 24.481 7.2.2).</summary>
public sealed record McGroup
{
    public required string Id { get; init; }

    /// <summary>The configured GMK; null when the server makes and distributes the group's GMKs.</summary>
    public GroupMasterKey? GroupMasterKey { get; init; }

    /// <summary>
    /// The configured MuSiK or MKFC, for floor control on the group's subchannel; null when the server makes it, as it does with the
    /// GMK, or when there is none.
    /// </summary>
    public McxKey? FloorKey { get; init; }

    /// <summary>Members by normalised MCPTT ID.</summary>
    public required IReadOnlyDictionary<string, GroupMember> Members { get; init; }

    /// <summary><c>preconfigured-group-use-only</c>: a source of configuration for regroups, never called itself.</summary>
    public bool PreconfiguredGroupUseOnly { get; init; }

    /// <summary><c>on-network-disabled</c>.</summary>
    public bool Disabled { get; init; }

    /// <summary><c>on-network-max-participant-count</c>.</summary>
    public int MaxParticipants { get; init; } = 1000;

    /// <summary>Whether calls may use the IP multicast bearer for members that listen to it.</summary>
    public bool Multicast { get; init; } = true;

    /// <summary><c>on-network-allow-conference-state</c>: who is in a call may see who else is.</summary>
    public bool AllowConferenceState { get; init; }

    /// <summary><c>on-network-allow-getting-affiliation-list</c>: members may see who is affiliated.</summary>
    public bool AllowGettingAffiliationList { get; init; }

    /// <summary>Policy of TS 24.379 6.3.8.1: a prearranged call ends for everybody when who started it leaves.</summary>
    public bool ReleaseWhenInitiatorLeaves { get; init; }

    /// <summary>Whether calls on the group are broadcast group calls (TS 24.379 4.12).</summary>
    public BroadcastCalls Broadcast { get; init; }

    /// <summary>Timers, queueing and kind of call; T4 is the group's hang timer.</summary>
    public FloorPolicy FloorPolicy { get; init; } = new();

    public override string ToString() => Id;
}
