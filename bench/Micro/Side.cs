namespace MediaEngine.Bench.Micro;

/// <summary>One of those compared.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Goal">The most that ours may cost of it; null when it is only shown.</param>
/// <param name="Round">Does a round.</param>
internal sealed record Side(string Name, double? Goal, Func<Figures> Round);
