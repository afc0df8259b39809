using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class ReplayWindowTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(32768)]
    public void TheWindowIsExactlyAsWideAsItSays(int size)
    {
        var window = new ReplayWindow(size, 1_000_000);
        Assert.Equal(SrtpOutcome.Replayed, window.Check(1_000_000));
        Assert.Equal(SrtpOutcome.Ok, window.Check(1_000_000 - (ulong)size + 1));
        Assert.Equal(SrtpOutcome.TooOld, window.Check(1_000_000 - (ulong)size));
    }

    [Fact]
    public void AJumpOfMoreThanTheWindowForgetsEverything()
    {
        var window = new ReplayWindow(64, 10);
        for (ulong index = 11; index < 74; index++)
            window.Accept(index);
        window.Accept(10_000);
        for (ulong index = 10_000 - 63; index < 10_000; index++)
            Assert.Equal(SrtpOutcome.Ok, window.Check(index));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    public void PacketsSkippedAfterAFullWindowAreStillTaken(int size)
    {
        var window = new ReplayWindow(size, 0);
        for (ulong index = 1; index < 1000; index++)
            window.Accept(index);
        window.Accept(1007);
        for (ulong index = 1000; index < 1007; index++)
            Assert.Equal(SrtpOutcome.Ok, window.Check(index));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1024)]
    public void AgreesWithASetOfAcceptedIndexes(int size) =>
        Prop.ForAll<short[]>(steps =>
        {
            ulong current = 1 << 20;
            var window = new ReplayWindow(size, current);
            var accepted = new HashSet<ulong> { current };
            foreach (short step in steps)
            {
                ulong highest = accepted.Max();
                // Mostly a few ahead or behind, so that the ring fills; sometimes far away.
                ulong index = (ulong)((long)highest + step % (step % 7 == 0 ? 2 * size : 4));
                SrtpOutcome expected = index + (ulong)size <= highest ? SrtpOutcome.TooOld
                    : accepted.Contains(index) ? SrtpOutcome.Replayed
                    : SrtpOutcome.Ok;
                if (window.Check(index) != expected)
                    return false;
                if (expected != SrtpOutcome.Ok)
                    continue;
                accepted.Add(index);
                window.Accept(index);
                if (window.Highest != accepted.Max())
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(400));
}
