using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class KeyParametersTests
{
    // type, status, activation, expiry, text, group IDs of one group
    private const string Group = "00" + "00000001" + "00652caa11" + "00652dfb91" + "0003" + "616263" + "0008" + "01" + "000004" + "673a4062";

    [Fact]
    public void EveryFieldIsReadAndWritten()
    {
        byte[] octets = Convert.FromHexString(Group);
        Assert.True(KeyParameters.TryRead(octets, out KeyParameters? read));
        Assert.Equal(KeyPurpose.GroupMasterKey, read!.KeyType);
        Assert.False(read.Revoked);
        Assert.Equal(new DateTimeOffset(2023, 10, 16, 3, 12, 17, TimeSpan.Zero), read.Validity.Activation);
        Assert.Equal(new DateTimeOffset(2023, 10, 17, 3, 12, 17, TimeSpan.Zero), read.Validity.Expiry);
        Assert.Equal("abc", read.Text);
        Assert.Equal(["g:@b"], read.GroupIds);
        byte[] again = new byte[read.Length_bytes];
        Assert.Equal(octets.Length, read.Write(again));
        Assert.Equal(octets, again);
    }

    [Fact]
    public void TheContentMayBeWrappedAsAnElement()
    {
        byte[] bare = Convert.FromHexString(Group);
        Assert.True(KeyParameters.TryRead([0x11, 0, (byte)bare.Length, .. bare], out KeyParameters? wrapped));
        Assert.Equal("abc", wrapped!.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000000010000000000000000000000" + "", "an octet short")]
    [InlineData("0000000001000000000000000000000001", "text of one octet that is not there")]
    [InlineData("0000000001ffffffffff00000000000000", "activation beyond the calendar")]
    [InlineData("00000000010000000000ffffffffff0000", "expiry beyond the calendar")]
    [InlineData("000000000100000000000000000000000000", "one octet of a list's length")]
    [InlineData("0000000001000000000000000000000000000201", "list shorter than it says")]
    [InlineData("000000000100000000000000000000000000" + "01ff", "255 groups in no octets")]
    [InlineData("000000000100000000000000000000000000" + "04" + "01" + "000001", "group longer than the list")]
    public void WhatDoesNotAddUpIsRefused(string hex, string? why = null) =>
        Assert.False(KeyParameters.TryRead(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void AnythingWrittenIsReadBack() =>
        Prop.ForAll<NonNull<string>, uint, NonNull<string>[]>((text, status, groups) =>
        {
            var written = new KeyParameters(KeyPurpose.MulticastSignallingKey)
            {
                Text = WithoutLoneSurrogates(text.Get),
                Status = status,
                GroupIds = [.. groups.Take(255).Select(group => WithoutLoneSurrogates(group.Get))],
                Validity = new KeyValidity(DateTimeOffset.UnixEpoch.AddSeconds(1 + (long)status * 50), null),
            };
            byte[] octets = new byte[written.Length_bytes];
            int length = written.Write(octets);
            return length == octets.Length && KeyParameters.TryRead(octets, out KeyParameters? read) && read!.Text == written.Text &&
                read.Status == status && read.Validity == written.Validity && read.GroupIds.SequenceEqual(written.GroupIds);
        }).Check(Config.QuickThrowOnFailure);

    private static string WithoutLoneSurrogates(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
