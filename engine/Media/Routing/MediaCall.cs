using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>A call: its floor, its keys, its legs and where media goes.</summary>
internal sealed class MediaCall : IDisposable
{
    public MediaCall(OpenCall command, FloorArbiter arbiter, SendQueue? multicastQueue)
    {
        Id = command.Call;
        Bearer = command.Multicast;
        BearerAddress = command.Multicast is null ? default : SocketAddressKey.From(command.Multicast.Audio);
        MulticastQueue = multicastQueue;
        Arbiter = arbiter;
        DualFloorListeners = command.Floor.DualFloorListeners;
        IdleReport = new FloorChanged(Id, null);
        GroupKeys.Add(command.MediaKey);
    }

    public CallId Id { get; }

    public FloorArbiter Arbiter { get; }

    /// <summary>Owned.</summary>
    public List<GroupMasterKey> GroupKeys { get; } = [];

    public Dictionary<int, MediaLeg> Legs { get; } = [];

    public UnicastTargets Targets { get; } = new();

    public MulticastBearer? Bearer { get; }

    public SocketAddressKey BearerAddress { get; }

    /// <summary>Null when the call has no bearer.</summary>
    public SendQueue? MulticastQueue { get; }

    /// <summary>Of the floor policy.</summary>
    public DualFloorListeners DualFloorListeners { get; set; }

    /// <summary>Legs served by the bearer.</summary>
    public int MulticastLegs { get; set; }

    public FloorChanged IdleReport { get; }

    /// <summary>When the arbiter wants to be called; kept by the heap.</summary>
    public Instant Deadline { get; set; } = Instant.Never;

    /// <summary>Its place in the <see cref="DeadlineHeap"/>.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>Puts the leg where its delivery and address want it.</summary>
    public void UpdateTarget(MediaLeg leg) => Targets.Update(
        leg, leg.Delivery == LegDelivery.Unicast && !leg.UnicastStopped && leg.Audio.Address.IsUsable);

    public void Dispose()
    {
        foreach (GroupMasterKey key in GroupKeys)
            key.Dispose();
        GroupKeys.Clear();
    }
}
