using System.Diagnostics;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The media threads' clock: nanoseconds since some moment before the process started.</summary>
internal static class MonotonicClock
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public static Instant Now => Stopwatch.Frequency == 1_000_000_000
        ? new Instant(Stopwatch.GetTimestamp())
        : new Instant((long)(Stopwatch.GetTimestamp() * NanosecondsPerTick));
}
