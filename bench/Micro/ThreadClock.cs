using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MediaEngine.Bench.Micro;

/// <summary>The time this thread has worked: what others on the machine take is not counted. Wall time off Linux.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    public static double Now_ns()
    {
        if (!OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
        _ = GetTime(ThreadCpuTime, out Timespec time);
        return time.Seconds * 1e9 + time.Nanoseconds;
    }

    /// <summary>ns per packet of one round, protect and unprotect.</summary>
    public static Figures Round<TWork>(TWork work, int packets)
        where TWork : class, IPacketWork
    {
        work.Prepare();
        double start = Now_ns();
        for (int i = 0; i < packets; i++)
            work.Protect(i);
        double middle = Now_ns();
        for (int i = 0; i < packets; i++)
            work.Unprotect(i);
        return new Figures((middle - start) / packets, (Now_ns() - middle) / packets);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
