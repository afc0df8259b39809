using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KeyPeriodsTests
{
    private static readonly KeyManagementServer Monthly = new("kms.example.org", 2_592_000, 0);

    [Fact]
    public void A_period_begins_and_ends_where_the_clock_of_1900_says()
    {
        // 1388 * 2592000 s = 41640 days after 1900-01-01.
        Assert.Equal(new DateTimeOffset(2014, 1, 3, 0, 0, 0, TimeSpan.Zero), KeyPeriods.StartOf(Monthly, 1388));
        Assert.Equal(new DateTimeOffset(2014, 2, 2, 0, 0, 0, TimeSpan.Zero), KeyPeriods.EndOf(Monthly, 1388));
    }

    [Fact]
    public void An_offset_shifts_every_period()
    {
        KeyManagementServer shifted = Monthly with { UserKeyOffset_s = 3600 };
        Assert.Equal(KeyPeriods.StartOf(Monthly, 1388).AddHours(1), KeyPeriods.StartOf(shifted, 1388));
    }

    [Fact]
    public void The_last_second_of_a_period_is_in_it_and_the_next_is_not()
    {
        DateTimeOffset end = KeyPeriods.EndOf(Monthly, 1388);
        Assert.Equal(1388, KeyPeriods.PeriodAt(Monthly, end.AddSeconds(-1)));
        Assert.Equal(1389, KeyPeriods.PeriodAt(Monthly, end));
    }

    [Fact]
    public void The_previous_the_current_and_the_next_period_are_held() =>
        Assert.Equal([1388, 1389, 1390], KeyPeriods.HeldAt(Monthly, new DateTimeOffset(2014, 2, 23, 8, 39, 14, TimeSpan.Zero)));

    [Fact]
    public void In_the_first_period_there_is_no_previous_one() =>
        Assert.Equal([0, 1], KeyPeriods.HeldAt(new KeyManagementServer("kms", 1L << 32, 0), new DateTimeOffset(2014, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(2486)]
    public void A_period_outside_of_timestamps_has_no_start(long number)
    {
        Assert.False(KeyPeriods.IsInRange(Monthly, number));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyPeriods.StartOf(Monthly, number));
    }
}
