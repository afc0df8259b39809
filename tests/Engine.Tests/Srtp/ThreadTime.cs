using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>The time this thread has worked: what others on the machine take is not counted. Wall time off Linux.</summary>
internal static partial class ThreadTime
{
    private const int ThreadCpuTime = 3;

    public static double Now_ns()
    {
        if (!OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
        _ = GetTime(ThreadCpuTime, out Timespec time);
        return time.Seconds * 1e9 + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
