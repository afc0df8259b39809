using System.Runtime.InteropServices;

namespace MediaEngine.Bench.Load;

/// <summary>How the kernel runs the calling thread. <see cref="Thread.Priority"/> changes nothing on Linux.</summary>
internal static partial class LinuxThread
{
    private const int CallingThread = 0;
    private const int PRIO_PROCESS = 0;
    private const int SCHED_IDLE = 5;
    private const int LeastNiceness = 19;

    /// <summary>Lowers the calling thread; nothing off Linux.</summary>
    public static void Use(Background background)
    {
        if (!OperatingSystem.IsLinux())
            return;
        int noPriority = 0;
        int failed = background switch
        {
            Background.Idle => SetScheduler(CallingThread, SCHED_IDLE, in noPriority),
            Background.Nice => SetPriority(PRIO_PROCESS, CallingThread, LeastNiceness),
            _ => 0,
        };
        if (failed != 0)
            throw new InvalidOperationException($"The thread cannot be {background}: errno {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);
}
