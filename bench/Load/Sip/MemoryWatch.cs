namespace MediaEngine.Bench.Load;

/// <summary>Reads a process's resident memory every second.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly List<double> _resident_MiB = [];
    private readonly Timer _timer;

    public MemoryWatch(int process) => _timer = new Timer(
        _ =>
        {
            lock (_resident_MiB)
                _resident_MiB.Add(ProcessUsage.Resident_MiB(process));
        },
        null, TimeSpan.Zero, TimeSpan.FromSeconds(1));

    /// <summary>In the order of time.</summary>
    public double[] Stop()
    {
        Dispose();
        lock (_resident_MiB)
            return [.. _resident_MiB];
    }

    public void Dispose() => _timer.Dispose();
}
