using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>A call: its floor, its keys, its legs and where media goes.</summary>
internal sealed class MediaCall : IDisposable
{
    public MediaCall(OpenCall command, FloorArbiter arbiter, CallSubchannel? subchannel)
    {
        Id = command.Call;
        GroupIdentity = command.GroupIdentity;
        Subchannel = subchannel;
        Arbiter = arbiter;
        IdleReport = new FloorChanged(Id, null);
        GroupKeys.Add(command.MediaKey);
    }

    public CallId Id { get; }

    public string GroupIdentity { get; }

    public FloorArbiter Arbiter { get; }

    /// <summary>Owned.</summary>
    public List<GroupMasterKey> GroupKeys { get; } = [];

    public Dictionary<int, MediaLeg> Legs { get; } = [];

    public UnicastTargets Targets { get; } = new();

    /// <summary>Null when the call has no bearer. Owned.</summary>
    public CallSubchannel? Subchannel { get; }

    public Instant NextDeadline =>
        Subchannel is null ? Arbiter.NextDeadline : Instant.Earlier(Arbiter.NextDeadline, Subchannel.Control.NextDeadline);

    public FloorChanged IdleReport { get; }

    /// <summary>When the arbiter or the subchannel wants to be called; kept by the heap.</summary>
    public Instant Deadline { get; set; } = Instant.Never;

    /// <summary>Its place in the <see cref="DeadlineHeap"/>.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>Puts the leg where its listening and address want it.</summary>
    public void UpdateTarget(MediaLeg leg) => Targets.Update(
        leg, Subchannel?.Control.IsReachedByMulticast(leg.Id.Value) != true && !leg.UnicastStopped && leg.Audio.Address.IsUsable);

    public void UpdateTargets()
    {
        foreach (MediaLeg leg in Legs.Values)
            UpdateTarget(leg);
    }

    public void Dispose()
    {
        foreach (GroupMasterKey key in GroupKeys)
            key.Dispose();
        GroupKeys.Clear();
        Subchannel?.Dispose();
    }
}
