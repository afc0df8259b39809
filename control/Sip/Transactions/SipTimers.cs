using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>The running timers of one transaction, of which no machine has more than two: small, for there are many transactions.</summary>
internal sealed class SipTimers
{
    private Running _one = Running.None;
    private Running _other = Running.None;

    /// <summary>The earliest running timer, or <see cref="Instant.Never"/>.</summary>
    public Instant NextDeadline => new(Math.Min(_one.Deadline, _other.Deadline));

    /// <summary>Starts or restarts the timer.</summary>
    public void Start(SipTimer timer, Instant now, TimeSpan duration)
    {
        var running = new Running(timer, (now + duration).Nanoseconds);
        if (_one.Is(timer) || (!_other.Is(timer) && !_one.IsRunning))
            _one = running;
        else if (_other.Is(timer) || !_other.IsRunning)
            _other = running;
        else
            throw new InvalidOperationException($"{timer} would be a third timer beside {_one.Timer} and {_other.Timer}.");
    }

    public void Stop(SipTimer timer)
    {
        if (_one.Is(timer))
            _one = Running.None;
        else if (_other.Is(timer))
            _other = Running.None;
    }

    public void StopAll() => (_one, _other) = (Running.None, Running.None);

    /// <summary>
    /// Takes one timer that is due at <paramref name="now"/>, the earliest first, and stops it. Call until it returns false.
    /// </summary>
    public bool TryTakeExpired(Instant now, out SipTimer timer)
    {
        Running first = _one.Deadline <= _other.Deadline ? _one : _other;
        timer = first.Timer;
        if (!first.IsRunning || first.Deadline > now.Nanoseconds)
            return false;
        Stop(timer);
        return true;
    }

    private readonly record struct Running(SipTimer Timer, long Deadline)
    {
        public static Running None { get; } = new(default, long.MaxValue);

        public bool IsRunning => Deadline != long.MaxValue;

        public bool Is(SipTimer timer) => IsRunning && Timer == timer;
    }
}
