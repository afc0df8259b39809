using System.Runtime.InteropServices;

namespace MediaEngine.Server;

/// <summary>
/// Threads that must not delay calls. <see cref="Thread.Priority"/> changes nothing on Linux. Off Linux both are the
/// framework's lowest priority.
/// </summary>
internal static partial class BackgroundThread
{
    private const int CallingThread = 0;
    private const int PRIO_PROCESS = 0;
    private const int LeastNiceness = 19;
    private const int SCHED_IDLE = 5;

    /// <summary>Gives the calling thread the smallest share of a busy processor. False when the kernel refuses: it stays as it is.</summary>
    public static bool Lower() => OperatingSystem.IsLinux() ? SetPriority(PRIO_PROCESS, CallingThread, LeastNiceness) == 0 : LowerByFramework();

    /// <summary>As <see cref="Lower"/>, to run when nothing else wants the processor. Nobody may wait for the thread.</summary>
    public static bool LowerToIdle()
    {
        int noPriority = 0;
        return OperatingSystem.IsLinux() ? SetScheduler(CallingThread, SCHED_IDLE, in noPriority) == 0 : LowerByFramework();
    }

    private static bool LowerByFramework()
    {
        Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        return true;
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);
}
