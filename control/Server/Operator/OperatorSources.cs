using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>What the operator's HTTP tells of.</summary>
internal sealed record OperatorSources(
    Func<Task<IReadOnlyList<GroupCallStatus>>> Calls, Func<Task<OperatorHealth>> Health, FloorWatchHub Floors, TimeProvider Time);
