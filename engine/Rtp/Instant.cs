namespace MediaEngine.Rtp;

/// <summary>
/// A moment on the caller's monotonic clock, in nanoseconds. Cores never read a clock: every call that depends on time
/// takes the <see cref="Instant"/> at which its input happened.
/// </summary>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>The start of the caller's clock.</summary>
    public static Instant Zero => default;

    /// <summary>Later than every other instant: the deadline of an idle machine.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>True for <see cref="Never"/>.</summary>
    public bool IsNever => Nanoseconds == long.MaxValue;

    public static Instant FromMilliseconds(long milliseconds) => new(milliseconds * NanosecondsPerMillisecond);

    /// <summary>Whole milliseconds since <see cref="Zero"/>, rounded down.</summary>
    public long Milliseconds => Nanoseconds / NanosecondsPerMillisecond;

    /// <summary>Whole milliseconds from <paramref name="now"/> until this instant, rounded up, at least 0.</summary>
    public long MillisecondsFrom(Instant now)
    {
        long left = Nanoseconds - now.Nanoseconds;
        return left <= 0 ? 0 : (left + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond;
    }

    public static Instant operator +(Instant instant, TimeSpan duration) =>
        instant.IsNever ? Never : new(instant.Nanoseconds + duration.Ticks * 100);

    public static TimeSpan operator -(Instant left, Instant right) =>
        TimeSpan.FromTicks((left.Nanoseconds - right.Nanoseconds) / 100);

    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;

    public static Instant Add(Instant left, TimeSpan right) => left + right;

    public static TimeSpan Subtract(Instant left, Instant right) => left - right;

    public static Instant Earlier(Instant left, Instant right) => left < right ? left : right;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);
}
