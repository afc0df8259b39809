using System.Diagnostics;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>The machine's monotonic clock as <see cref="Instant"/>, counted from the start of the process.</summary>
public static class SystemClock
{
    private static readonly long StartedAt = Stopwatch.GetTimestamp();

    public static DateTimeOffset WallClockAtZero { get; } = DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(StartedAt);

    public static Instant Now => new(Stopwatch.GetElapsedTime(StartedAt).Ticks * 100);
}
