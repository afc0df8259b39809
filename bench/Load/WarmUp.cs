using System.Diagnostics;

namespace MediaEngine.Bench.Load;

/// <summary>
/// The runtime compiles as in a server: it counts calls, waits until nothing new has been called for 0.1 s, and compiles what is called
/// often twice more. What is measured is what that comes to.
/// </summary>
internal static class WarmUp
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.5);

    public static void Run(Action round)
    {
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Duration;)
            round();
    }
}
