using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class MikeyKeyDataTests
{
    // next, type|KV, key, salt, KV data
    [Fact]
    public void AChainIsReadOneByOne()
    {
        byte[] octets = Convert.FromHexString("14" + "51" + "0002" + "a1a2" + "0001" + "b1" + "03" + "c1c2c3" + "00" + "22" + "0001" + "d1" + "01e1" + "02f1f2");
        Assert.Equal(MikeyError.None, MikeyKeyData.TryRead(octets, out MikeyKeyData first, out ReadOnlySpan<byte> rest));
        Assert.Equal(MikeyKeyDataType.GroupTrafficGeneratingKeyWithSalt, first.Type);
        Assert.Equal(("a1a2", "b1", "c1c2c3"), (Hex(first.Key), Hex(first.Salt), Hex(first.Spi)));
        Assert.Equal(MikeyError.None, MikeyKeyData.TryRead(rest, out MikeyKeyData second, out rest));
        Assert.Equal((MikeyKeyDataType.TrafficEncryptingKey, MikeyKeyValidity.Interval), (second.Type, second.Validity));
        Assert.Equal(("d1", "", "e1", "f1f2"), (Hex(second.Key), Hex(second.Salt), Hex(second.ValidFrom), Hex(second.ValidTo)));
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData("", MikeyError.Truncated)]
    [InlineData("00000002a1", MikeyError.Truncated)]
    [InlineData("0001000000", MikeyError.None)]
    [InlineData("00010000", MikeyError.Truncated)]
    [InlineData("000100000201", MikeyError.Truncated)]
    [InlineData("00100000", MikeyError.Truncated)]
    [InlineData("0003000000", MikeyError.UnsupportedValue)]
    [InlineData("0b000000", MikeyError.UnknownPayload)]
    [InlineData("0000000000", MikeyError.TrailingOctets)]
    public void DefectsAreToldApart(string hex, MikeyError expected) =>
        Assert.Equal(expected, MikeyKeyData.TryRead(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        byte[] octets = new byte[64];
        int length = MikeyKeyData.Write(octets, MikeyKeyDataType.TrafficGeneratingKey, [1, 2, 3], [9, 8]);
        Assert.Equal("0001000301020302" + "0908", Hex(octets.AsSpan(0, length)));
        Assert.Equal(MikeyError.None, MikeyKeyData.TryRead(octets.AsSpan(0, length), out MikeyKeyData read, out _));
        Assert.Equal(("010203", "0908"), (Hex(read.Key), Hex(read.Spi)));
    }

    private static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(octets);
}
