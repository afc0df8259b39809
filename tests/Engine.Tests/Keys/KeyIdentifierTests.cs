using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class KeyIdentifierTests
{
    [Theory]
    [InlineData("09bf9d37", KeyPurpose.GroupMasterKey)]
    [InlineData("1c5f7886", KeyPurpose.PrivateCallKey)]
    [InlineData("2DDD5BF0", KeyPurpose.ClientServerKey)]
    [InlineData("60000000", KeyPurpose.MulticastSignallingKey)]
    [InlineData("f0000000", (KeyPurpose)15)]
    public void TheTopNibbleIsThePurpose(string hex, KeyPurpose purpose)
    {
        Assert.True(KeyIdentifier.TryParse(hex, out KeyIdentifier id));
        Assert.Equal(purpose, id.Purpose);
        Assert.Equal(hex.ToLowerInvariant(), id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("9bf9d37")]
    [InlineData("009bf9d37")]
    [InlineData(" 9bf9d37")]
    [InlineData("0x9bf9d3")]
    [InlineData("-9bf9d37")]
    [InlineData("09bf9d3g")]
    public void WhatIsNotEightHexadecimalDigitsIsRefused(string text) => Assert.False(KeyIdentifier.TryParse(text, out _));

    [Fact]
    public void TextAndOctetsAgree() =>
        Prop.ForAll<uint>(value =>
        {
            var id = new KeyIdentifier(value);
            byte[] octets = new byte[4];
            id.Write(octets);
            return KeyIdentifier.TryParse(id.ToString(), out KeyIdentifier parsed) && parsed == id &&
                KeyIdentifier.Read(octets) == id && Convert.ToHexStringLower(octets) == id.ToString();
        }).Check(Config.QuickThrowOnFailure);
}
