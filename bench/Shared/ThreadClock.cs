using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MediaEngine.Bench;

/// <summary>The time this thread has worked: what others on the machine take is not counted. Wall time off Linux.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;
    private const int OtherThreadCpuTime = 6;

    public static double Now_ns()
    {
        if (!OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
        return Read_ns(ThreadCpuTime);
    }

    /// <summary>The same of the thread of this process that has this name; Linux only.</summary>
    public static double Now_ns(string thread)
    {
        string task = Directory.EnumerateDirectories("/proc/self/task").Single(task => IsNamed(task, thread));
        int id = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
        // As pthread_getcpuclockid makes it.
        return Read_ns(~id << 3 | OtherThreadCpuTime);
    }

    private static bool IsNamed(string task, string name)
    {
        try
        {
            return File.ReadAllText($"{task}/comm").TrimEnd() == name;
        }
        catch (IOException)
        {
            return false; // It has ended meanwhile.
        }
    }

    private static double Read_ns(int clock)
    {
        _ = GetTime(clock, out Timespec time);
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
