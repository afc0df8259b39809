namespace MediaEngine.Media;

/// <summary>
/// The floor of a watched call changed. At most one of a call waits among the reports, and who takes it gets the newest state: a
/// slow reader misses states, never the newest.
/// </summary>
public sealed record FloorWatched(CallId Call) : MediaReport(Call)
{
    private FloorSnapshot? _newest;

    /// <summary>The newest state, once; null when it was taken before. Any thread.</summary>
    public FloorSnapshot? Take() => Interlocked.Exchange(ref _newest, null);

    /// <summary>True when nothing waited, so that the report must be handed over.</summary>
    internal bool Put(FloorSnapshot snapshot) => Interlocked.Exchange(ref _newest, snapshot) is null;
}
