using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The calls of one shard and the tables that find them: what the parts of <see cref="CallRouter"/> share.</summary>
internal sealed class RouterState(RouterLimits limits)
{
    public RouterLimits Limits { get; } = limits;

    public IEntropy? Entropy { get; set; }

    public ShardCounters Counters { get; } = new();

    public Dictionary<CallId, MediaCall> Calls { get; } = [];

    /// <summary>Closed calls that still say on the bearer that their group is unmapped.</summary>
    public List<MediaCall> Unmapping { get; } = [];

    public DeadlineHeap Deadlines { get; } = new();

    /// <summary>By GMK-ID ‖ GUK-ID.</summary>
    public FlowTable AudioFlows { get; } = new(limits.LearnAddresses);

    /// <summary>By GMK-ID and address.</summary>
    public FunctionFlows FunctionFlows { get; } = new();

    /// <summary>By CSK-ID or SPK-ID.</summary>
    public FlowTable FloorFlows { get; } = new(limits.LearnAddresses);

    public PlainTable PlainLegs { get; } = new(limits.LearnAddresses);

    public ControlKeyRing ControlKeys { get; } = new();

    public MulticastSsrcs MulticastSsrcs { get; } = new();

    /// <summary>The moment of the input that is being handled.</summary>
    public Instant Now { get; set; }

    /// <summary>Output of the arbiter called last.</summary>
    public FloorEffects Effects { get; } = new();

    /// <summary>Output of the <see cref="PlainFloor"/> called last, empty again when it returns: shared, for one is larger than a leg.</summary>
    public FloorEffects PlainEffects { get; } = new();
}
