using System.Runtime.CompilerServices;

namespace MediaEngine.Rtp;

/// <summary>
/// The named timers of one state machine: a flat table of deadlines indexed by an enum whose values run from 0.
/// <see cref="NextDeadline"/> is the minimum; nothing is allocated or cancelled, so a machine can hold it by value.
/// </summary>
/// <typeparam name="TTimer">An enum backed by <c>int</c> with the clause's timer names (<c>T1</c>, <c>A</c>).</typeparam>
public sealed class TimerTable<TTimer>
    where TTimer : unmanaged, Enum
{
    private readonly long[] _deadlines;

    public TimerTable()
    {
        if (Unsafe.SizeOf<TTimer>() != sizeof(int))
            throw new ArgumentException($"{typeof(TTimer).Name} must be backed by int.");
        _deadlines = new long[Enum.GetValues<TTimer>().Length];
        Array.Fill(_deadlines, long.MaxValue);
    }

    /// <summary>The earliest running timer, or <see cref="Instant.Never"/>.</summary>
    public Instant NextDeadline
    {
        get
        {
            long earliest = long.MaxValue;
            foreach (long deadline in _deadlines)
                earliest = Math.Min(earliest, deadline);
            return new Instant(earliest);
        }
    }

    /// <summary>Starts or restarts the timer.</summary>
    public void Start(TTimer timer, Instant now, TimeSpan duration) => _deadlines[Index(timer)] = (now + duration).Nanoseconds;

    public void Stop(TTimer timer) => _deadlines[Index(timer)] = long.MaxValue;

    public void StopAll() => Array.Fill(_deadlines, long.MaxValue);

    public bool IsRunning(TTimer timer) => _deadlines[Index(timer)] != long.MaxValue;

    /// <summary>When the timer fires, or <see cref="Instant.Never"/>.</summary>
    public Instant Deadline(TTimer timer) => new(_deadlines[Index(timer)]);

    /// <summary>
    /// Takes one timer that is due at <paramref name="now"/>, the earliest first, and stops it. Call until it returns false.
    /// </summary>
    public bool TryTakeExpired(Instant now, out TTimer timer)
    {
        int earliest = -1;
        for (int i = 0; i < _deadlines.Length; i++)
        {
            if (_deadlines[i] <= now.Nanoseconds && _deadlines[i] != long.MaxValue &&
                (earliest < 0 || _deadlines[i] < _deadlines[earliest]))
                earliest = i;
        }
        if (earliest < 0)
        {
            timer = default;
            return false;
        }
        _deadlines[earliest] = long.MaxValue;
        timer = Unsafe.As<int, TTimer>(ref earliest);
        return true;
    }

    private static int Index(TTimer timer) => Unsafe.As<TTimer, int>(ref timer);
}
