using MediaEngine.Rtp;

namespace MediaEngine.Bench.Load;

/// <summary>
/// Floor cycles of many calls, for ever: in every 5 s each call requests once, and releases 2 s later. The moments are
/// random, and the same in every period and every run.
/// </summary>
internal sealed class FloorSchedule
{
    public const int Period_s = 5;

    private const int Talk_s = 2;
    private const long Second_ns = 1_000_000_000;

    private readonly Step[] _steps;
    private readonly Instant _start;
    private long _taken;

    public FloorSchedule(int calls, Instant start)
    {
        _start = start;
        var random = new Random(calls);
        _steps = new Step[2 * calls];
        for (int call = 0; call < calls; call++)
        {
            long request_ns = random.NextInt64(Period_s * Second_ns);
            _steps[2 * call] = new Step(new Instant(request_ns), call, IsRequest: true);
            _steps[2 * call + 1] = new Step(
                new Instant((request_ns + Talk_s * Second_ns) % (Period_s * Second_ns)), call, IsRequest: false);
        }
        Array.Sort(_steps, (left, right) => left.At.CompareTo(right.At));
        SkipReleasesOfNothing();
    }

    /// <summary>What comes next.</summary>
    public Step Next
    {
        get
        {
            (long period, long step) = Math.DivRem(_taken, _steps.Length);
            Step next = _steps[step];
            return next with { At = new Instant(_start.Nanoseconds + period * Period_s * Second_ns + next.At.Nanoseconds) };
        }
    }

    public void Take()
    {
        _taken++;
        SkipReleasesOfNothing();
    }

    // Of a call that requests near a period's end the release is in the next one; there is none to begin with.
    private void SkipReleasesOfNothing()
    {
        while (_taken < _steps.Length && !_steps[_taken].IsRequest && _steps[_taken].At.Nanoseconds < Talk_s * Second_ns)
            _taken++;
    }

    /// <summary>A Floor Request, or the Floor Release of the call's talker.</summary>
    internal readonly record struct Step(Instant At, int Call, bool IsRequest);
}
