using System.Runtime.InteropServices;

namespace MediaEngine.Server;

/// <summary>
/// Threads that must not delay calls. <see cref="Thread.Priority"/> changes nothing on Linux. Where the kernel refuses, the
/// thread stays as it is; off Linux both are the framework's lowest priority.
/// </summary>
internal static partial class BackgroundThread
{
    private const int CallingThread = 0;
    private const int PRIO_PROCESS = 0;
    private const int LeastNiceness = 19;
    private const int SCHED_IDLE = 5;

    /// <summary>Gives the calling thread the smallest share of a busy processor.</summary>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(PRIO_PROCESS, CallingThread, LeastNiceness);
        else
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
    }

    /// <summary>Lets the calling thread run when nothing else wants the processor. Nobody may wait for it.</summary>
    public static void LowerToIdle()
    {
        int noPriority = 0;
        if (OperatingSystem.IsLinux())
            _ = SetScheduler(CallingThread, SCHED_IDLE, in noPriority);
        else
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, in int priority);
}
