using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Rtp;

public sealed class ExtendedSequenceTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(65535, 0, 1)]
    [InlineData(0, 65535, -1)]
    [InlineData(0, 32767, 32767)]
    [InlineData(0, 32768, -32768)]
    public void DistanceIsSignedAndWraps(int from, int to, int expected) =>
        Assert.Equal(expected, ExtendedSequence.Distance((ushort)from, (ushort)to));

    [Theory]
    [InlineData(0x1FFFEUL, 0, 0x20000UL)]
    [InlineData(0x20000UL, 0xFFFF, 0x1FFFFUL)]
    [InlineData(5UL, 0xFFF0, 0xFFF0UL)]
    [InlineData(0xFFFF_FFFF_FFFFUL, 0, 0xFFFF_FFFF_0000UL)]
    public void EstimatesAcrossTheWrap(ulong highest, int sequence, ulong expected) =>
        Assert.Equal(expected, ExtendedSequence.Estimate(highest, (ushort)sequence));

    [Fact]
    public void EstimateIsTheNearestIndexWithThatSequence() =>
        // Oracle: RFC 3711 Appendix A tries ROC - 1, ROC and ROC + 1 and takes the nearest.
        Prop.ForAll<uint, ushort, ushort>((roc, low, sequence) =>
        {
            ulong highest = (ulong)roc << 16 | low;
            ulong best = ulong.MaxValue;
            long bestDistance = long.MaxValue;
            for (long v = (long)roc - 1; v <= (long)roc + 1; v++)
            {
                if (v is < 0 or > uint.MaxValue)
                    continue;
                long candidate = v << 16 | sequence;
                long distance = Math.Abs(candidate - (long)highest);
                if (distance <= bestDistance && (distance < bestDistance || candidate < (long)highest))
                    (best, bestDistance) = ((ulong)candidate, distance);
            }
            return ExtendedSequence.Estimate(highest, sequence) == best;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
