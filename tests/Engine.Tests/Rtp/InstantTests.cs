using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Rtp;

public sealed class InstantTests
{
    [Fact]
    public void NeverIsLaterThanEverythingAndStaysNever()
    {
        Assert.True(Instant.Never.IsNever);
        Assert.True(Instant.FromMilliseconds(long.MaxValue / 1_000_001) < Instant.Never);
        Assert.Equal(Instant.Never, Instant.Never + TimeSpan.FromSeconds(1));
        Assert.Equal(Instant.Zero, Instant.Earlier(Instant.Never, Instant.Zero));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1_000_000, 1)]
    [InlineData(1_000_001, 2)]
    [InlineData(-5, 0)]
    public void WaitsAreRoundedUpSoThatATimerIsDueWhenTheWaitEnds(long ahead_ns, long expected_ms) =>
        Assert.Equal(expected_ms, new Instant(7_000_000 + ahead_ns).MillisecondsFrom(new Instant(7_000_000)));

    [Fact]
    public void AddingAndSubtractingAgree() =>
        Prop.ForAll<int, int>((start_ms, duration_ms) =>
        {
            Instant start = Instant.FromMilliseconds(start_ms);
            TimeSpan duration = TimeSpan.FromMilliseconds(duration_ms);
            return start + duration - start == duration &&
                (start + duration < start) == (duration_ms < 0) &&
                (start + duration).Milliseconds == (long)start_ms + duration_ms;
        }).Check(Config.QuickThrowOnFailure);
}
