using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Rtp;

public sealed class TimerTableTests
{
    private enum Timer
    {
        T1,
        T2,
        T3,
    }

    private enum Narrow : byte
    {
        T1,
    }

    [Fact]
    public void AnIdleTableHasNoDeadline()
    {
        var timers = new TimerTable<Timer>();
        Assert.Equal(Instant.Never, timers.NextDeadline);
        Assert.False(timers.TryTakeExpired(Instant.Never, out _));
    }

    [Fact]
    public void TakesWhatIsDueEarliestFirstAndOnce()
    {
        var timers = new TimerTable<Timer>();
        timers.Start(Timer.T1, Instant.Zero, TimeSpan.FromSeconds(3));
        timers.Start(Timer.T2, Instant.Zero, TimeSpan.FromSeconds(1));
        timers.Start(Timer.T3, Instant.Zero, TimeSpan.FromSeconds(9));
        Assert.Equal(Instant.FromMilliseconds(1000), timers.NextDeadline);

        Instant now = Instant.FromMilliseconds(3000);
        Assert.True(timers.TryTakeExpired(now, out Timer first));
        Assert.True(timers.TryTakeExpired(now, out Timer second));
        Assert.False(timers.TryTakeExpired(now, out _));
        Assert.Equal((Timer.T2, Timer.T1), (first, second));
        Assert.False(timers.IsRunning(Timer.T1));
        Assert.True(timers.IsRunning(Timer.T3));
    }

    [Fact]
    public void StoppingAndRestartingMoveTheDeadline()
    {
        var timers = new TimerTable<Timer>();
        timers.Start(Timer.T1, Instant.Zero, TimeSpan.FromSeconds(1));
        timers.Start(Timer.T1, Instant.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(Instant.FromMilliseconds(2000), timers.Deadline(Timer.T1));
        timers.Stop(Timer.T1);
        Assert.Equal(Instant.Never, timers.NextDeadline);
        timers.Start(Timer.T2, Instant.Zero, TimeSpan.Zero);
        timers.StopAll();
        Assert.False(timers.TryTakeExpired(Instant.Never, out _));
    }

    [Fact]
    public void AnEnumThatIsNotAnIntIsRefused() => Assert.Throws<ArgumentException>(() => new TimerTable<Narrow>());

    [Fact]
    public void AgreesWithADictionaryOfDeadlines() =>
        Prop.ForAll<int[]>(script =>
        {
            var timers = new TimerTable<Timer>();
            var expected = new Dictionary<Timer, Instant>();
            foreach (int step in script)
            {
                var timer = (Timer)(Math.Abs(step % 3));
                if (step < 0)
                {
                    timers.Stop(timer);
                    expected.Remove(timer);
                }
                else
                {
                    timers.Start(timer, Instant.Zero, TimeSpan.FromMilliseconds(step));
                    expected[timer] = Instant.FromMilliseconds(step);
                }
                Instant earliest = expected.Count == 0 ? Instant.Never : expected.Values.Min();
                if (timers.NextDeadline != earliest)
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure);
}
