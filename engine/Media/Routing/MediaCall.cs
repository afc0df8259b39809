using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>A call: its floor, its keys, its legs and where media goes.</summary>
internal sealed class MediaCall : IDisposable
{
    /// <summary>Of the object and the paths, which are made first and so lie behind it.</summary>
    public const int Size_bytes = 192 + 8 * FloorPath.Size_bytes;

    private FloorPaths _floorPaths = new();

    public MediaCall(OpenCall command, ICallFloor floor, CallSubchannel? subchannel)
    {
        Id = command.Call;
        GroupIdentity = command.GroupIdentity;
        Subchannel = subchannel;
        Floor = floor;
        Policy = command.Floor;
        IdleReport = new FloorChanged(Id, null);
        GroupKeys.Add(command.MediaKey);
        SendingKey = command.MediaKey;
    }

    public CallId Id { get; }

    public string GroupIdentity { get; }

    public ICallFloor Floor { get; set; }

    /// <summary>Null while the floor is controlled elsewhere.</summary>
    public FloorArbiter? Arbiter => Floor as FloorArbiter;

    /// <summary>The leg to who controls the floor; null when this node does.</summary>
    public MediaLeg? ControllingFunction { get; set; }

    /// <summary>Owned.</summary>
    public List<GroupMasterKey> GroupKeys { get; } = [];

    public Dictionary<int, MediaLeg> Legs { get; } = [];

    /// <summary>The way of floor messages to <see cref="Legs"/>.</summary>
    public ref FloorPaths FloorPaths => ref _floorPaths;

    /// <summary>Legs that neither hold the group's keys nor speak floor control; numbered with <see cref="Legs"/>.</summary>
    public Dictionary<int, PlainLeg> PlainLegs { get; } = [];

    /// <summary>No later than the earliest deadline of a plain leg.</summary>
    public Instant PlainDeadline { get; set; } = Instant.Never;

    /// <summary>The GMK that media of plain legs goes under.</summary>
    public GroupMasterKey SendingKey { get; set; }

    public UnicastTargets Targets { get; } = new();

    /// <summary>Null when the call has no bearer. Owned.</summary>
    public CallSubchannel? Subchannel { get; }

    /// <summary>The rules of the floor that is controlled here, or was last.</summary>
    public FloorPolicy Policy { get; set; }

    public FloorChanged IdleReport { get; }

    /// <summary>Null while nobody watches the floor.</summary>
    public FloorWatch? Watch { get; set; }

    /// <summary>When its floor machines and its subchannel want to be called.</summary>
    public Instant NextDeadline => Instant.Earlier(
        Instant.Earlier(Floor.NextDeadline, PlainDeadline), Subchannel?.Control.NextDeadline ?? Instant.Never);

    /// <summary>The same, as the heap has it.</summary>
    public Instant Deadline { get; set; } = Instant.Never;

    /// <summary>Its number in the <see cref="DeadlineHeap"/>, -1 while it is not there.</summary>
    public int HeapNumber { get; set; } = -1;

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
