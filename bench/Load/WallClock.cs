using System.Diagnostics;
using MediaEngine.Rtp;

namespace MediaEngine.Bench.Load;

internal static class WallClock
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public static long Now_ns => (long)(Stopwatch.GetTimestamp() * NanosecondsPerTick);

    public static Instant Now => new(Now_ns);
}
