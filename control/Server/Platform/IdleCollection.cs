namespace MediaEngine.Server;

/// <summary>
/// Gives back to the system what a busy time took: in a quiet time the garbage collector does not run by itself. Compacting stops every
/// thread for longer than a packet of voice may wait, so it is not done during a call.
/// </summary>
internal sealed class IdleCollection : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Looks with little work before each; in as much time the SIP transactions of before are forgotten, 32 s.</summary>
    private const int QuietLooks = 4;

    /// <summary>Less than this is allocated from look to look.</summary>
    private const long Quiet_bytes = 20 << 20;

    /// <summary>More than the youngest generation takes of itself, so that little work is not followed by a collection each time.</summary>
    private const long Worth_bytes = 64 << 20;

    private readonly Func<bool> _hasCalls;
    private readonly Timer _timer;
    private long _allocated_bytes = GC.GetTotalAllocatedBytes();
    private long _committed_bytes;
    private int _quietLooks;

    /// <summary>Collects at once: reading the files took several times the memory of what they say. Call it before anybody is served.</summary>
    /// <param name="hasCalls">Any thread.</param>
    public IdleCollection(Func<bool> hasCalls)
    {
        _hasCalls = hasCalls;
        Collect();
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long allocated_bytes = GC.GetTotalAllocatedBytes();
        bool isQuiet = allocated_bytes - _allocated_bytes < Quiet_bytes && !_hasCalls();
        _allocated_bytes = allocated_bytes;
        _quietLooks = isQuiet ? _quietLooks + 1 : 0;
        if (_quietLooks > QuietLooks && GC.GetGCMemoryInfo().TotalCommittedBytes - _committed_bytes >= Worth_bytes)
            Collect();
    }

    private void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _committed_bytes = GC.GetGCMemoryInfo().TotalCommittedBytes;
        _quietLooks = 0;
    }
}
