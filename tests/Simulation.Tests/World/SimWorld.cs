using MediaEngine.Rtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>Virtual time: events in order of their instant, those of one instant in the order they were planned.</summary>
internal sealed class SimWorld(int seed)
{
    /// <summary>Far more than any scenario needs: whoever gets here goes round in circles.</summary>
    private const long MaxSteps = 5_000_000;

    public static readonly DateTimeOffset WallClockAtZero = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _lastOrder;
    private int _lastStream;

    public int Seed { get; } = seed;

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    /// <summary>What everybody's clock says.</summary>
    public DateTimeOffset WallClock => WallClockAtZero + (Now - Instant.Zero);

    public long Steps { get; private set; }

    public Trace Trace { get; } = new();

    /// <summary>A stream of chance of its own: what one part draws does not shift what another gets.</summary>
    public Random NewRandom() => new(NewSeed());

    public int NewSeed() => unchecked(Seed * 7919 + ++_lastStream * 104_729);

    public void At(Instant instant, Action happens)
    {
        long at = Math.Max(instant.Nanoseconds, Now.Nanoseconds);
        _events.Enqueue(happens, (at, ++_lastOrder));
    }

    public void After(TimeSpan delay, Action happens) => At(Now + delay, happens);

    public void Note(string what) => Trace.Note(Now, what);

    public void RunFor(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Lets time pass until the condition holds; false when it does not within the bound.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan bound)
    {
        Instant end = Now + bound;
        while (!condition())
        {
            if (!_events.TryPeek(out Action? happens, out (long At, long Order) due) || due.At > end.Nanoseconds)
            {
                Now = end;
                return condition();
            }
            _events.Dequeue();
            Now = new Instant(due.At);
            if (++Steps > MaxSteps)
                throw new SimulationException($"no rest after {MaxSteps} steps");
            happens();
        }
        return true;
    }
}
