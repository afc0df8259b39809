using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>An eventfd: any thread signals, the media thread polls its descriptor.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    private readonly Lock _closing = new();
    private bool _disposed;
    private int _signalled;

    public WakeEvent()
    {
        Descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        if (Descriptor < 0)
            throw new MediaBindException($"No eventfd: errno {Marshal.GetLastPInvokeError()}. Raise the limit of open files.");
    }

    public int Descriptor { get; }

    /// <summary>Makes the descriptor readable. Cheap while it already is.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0)
            return;
        // A descriptor closed here could by now be somebody else's.
        lock (_closing)
        {
            ulong one = 1;
            if (!_disposed)
                _ = LibC.write(Descriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>Takes the signal back; call before looking at what was signalled.</summary>
    public void Reset()
    {
        ulong count;
        _ = LibC.read(Descriptor, &count, sizeof(ulong));
        Interlocked.Exchange(ref _signalled, 0);
    }

    public void Dispose()
    {
        lock (_closing)
        {
            if (_disposed)
                return;
            _disposed = true;
            new Microsoft.Win32.SafeHandles.SafeFileHandle(Descriptor, ownsHandle: true).Dispose();
        }
    }
}
