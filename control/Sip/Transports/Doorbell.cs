namespace MediaEngine.Sip;

/// <summary>How the one thread that empties some queues sleeps: who posts spares itself the system call while the thread works.</summary>
public sealed class Doorbell : IDisposable
{
    private readonly AutoResetEvent _rung = new(false);
    private int _waiting;

    /// <summary>After every post. Any thread.</summary>
    public void Ring()
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 1)
            _rung.Set();
    }

    /// <summary>Sleeps until it rings or the time is over, unless there is something already.</summary>
    public void Wait(Func<bool> isEmpty, TimeSpan atMost)
    {
        ArgumentNullException.ThrowIfNull(isEmpty);
        Interlocked.Exchange(ref _waiting, 1);
        if (isEmpty())
            _rung.WaitOne(atMost);
        Interlocked.Exchange(ref _waiting, 0);
    }

    public void Dispose() => _rung.Dispose();
}
