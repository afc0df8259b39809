using System.Runtime.InteropServices;

namespace MediaEngine.Bench.Load;

/// <summary>The scheduling of the calling thread. <see cref="Thread.Priority"/> changes nothing on Linux.</summary>
internal static partial class LinuxThread
{
    /// <summary>The least of the processor.</summary>
    public const int MaxNiceness = 19;

    private const int PRIO_PROCESS = 0;
    private const int CallingThread = 0;

    /// <summary>Ignored off Linux.</summary>
    public static void SetNiceness(int niceness)
    {
        if (OperatingSystem.IsLinux() && SetPriority(PRIO_PROCESS, CallingThread, niceness) != 0)
            throw new InvalidOperationException($"setpriority failed: errno {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int niceness);
}
