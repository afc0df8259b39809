using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class NtpTimestampTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0x83AA7E80_00000000)]
    [InlineData("2025-10-09T16:33:28Z", 0xEC926258_00000000)]
    [InlineData("2000-01-01T00:00:00.5Z", 0xBC17C200_80000000)]
    [InlineData("2036-02-07T06:28:15Z", 0xFFFFFFFF_00000000)]
    [InlineData("2036-02-07T06:28:16Z", 0x00000000_00000000)]
    [InlineData("2040-01-01T00:00:00Z", 0x0754FD00_00000000)]
    public void KnownMoments(string utc, ulong value)
    {
        var moment = DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(value, NtpTimestamp.FromUtc(moment).Value);
        Assert.Equal(moment, new NtpTimestamp(value).ToUtc());
    }

    [Fact]
    public void TheRunOverOf2036IsNoJump()
    {
        var last = new NtpTimestamp(0xFFFFFFFF_00000000);
        Assert.Equal(last.Seconds + 1, new NtpTimestamp(0).Seconds);
    }

    [Fact]
    public void EveryValueIsAMomentAndBack() =>
        Prop.ForAll<ulong>(value =>
        {
            // A tick of 100 ns is coarser than the fraction.
            long back = (long)(NtpTimestamp.FromUtc(new NtpTimestamp(value).ToUtc()).Value - value);
            return back is <= 0 and > -(1L << 32) / 5_000_000;
        }).Check(Config.QuickThrowOnFailure);
}
