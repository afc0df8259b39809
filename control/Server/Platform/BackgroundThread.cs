using System.Runtime.InteropServices;

namespace MediaEngine.Server;

/// <summary>Threads that must not delay calls. <see cref="Thread.Priority"/> changes nothing on Linux.</summary>
internal static partial class BackgroundThread
{
    private const int CallingThread = 0;
    private const int PRIO_PROCESS = 0;

    // Not SCHED_IDLE: on a machine that is full, registrations wait for this work and must still end.
    private const int LeastNiceness = 19;

    /// <summary>Gives the calling thread the smallest share of a busy processor; where that fails it stays as it is.</summary>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(PRIO_PROCESS, CallingThread, LeastNiceness);
        else
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);
}
