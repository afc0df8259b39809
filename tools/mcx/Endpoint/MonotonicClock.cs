using System.Diagnostics;
using MediaEngine.Rtp;

namespace MediaEngine.Tool;

/// <summary>The machine's monotonic clock as <see cref="Instant"/>.</summary>
internal static class MonotonicClock
{
    private static readonly long s_start = Stopwatch.GetTimestamp();

    public static Instant Now => new(Stopwatch.GetElapsedTime(s_start).Ticks * 100);
}
