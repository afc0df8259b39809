using MediaEngine.Keys;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class MikeySrtpPolicyTests
{
    [Fact]
    public void TheDefaultProfilesAreThoseOfTheEngine()
    {
        Assert.Equal(SrtpPolicy.GroupMedia, MikeySrtpPolicy.GroupMedia.ToSrtpPolicy());
        Assert.Equal(SrtpPolicy.Control, MikeySrtpPolicy.Control.ToSrtpPolicy());
        Assert.Equal(SrtpPolicy.GroupMedia, MikeySrtpPolicy.DefaultFor(KeyPurpose.GroupMasterKey));
        Assert.Equal(SrtpPolicy.Control, MikeySrtpPolicy.DefaultFor(KeyPurpose.ClientServerKey));
    }

    // Table E.2-1 of TS 33.179, with the ROC rate in 16 bits (RFC 4771 4)
    [Fact]
    public void GroupMediaIsWrittenAsTheTableHasIt()
    {
        byte[] octets = new byte[64];
        int length = MikeySrtpPolicy.GroupMedia.Write(octets);
        Assert.Equal(
            "000106" + "010110" + "020104" + "04010c" + "050100" + "060100" + "0d020001" + "120104" + "130100" + "140110",
            Convert.ToHexStringLower(octets.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("0d0105", 5)]
    [InlineData("0d020105", 0x105)]
    [InlineData("", 1)]
    public void TheRocRateHasOneOctetOrTwo(string parameter, int rate)
    {
        SrtpPolicy? policy = Read("000106" + "020104" + "120104" + parameter)!.ToSrtpPolicy();
        Assert.Equal(rate, policy!.RocTransmissionRate);
    }

    [Fact]
    public void SpecificParametersBeatGeneralOnes()
    {
        Assert.Equal(0, Read("000106" + "020104" + "0e0100" + "120100")!.ToSrtpPolicy()!.RocTransmissionRate);
        Assert.Equal(1, Read("000106" + "020100" + "0e0104" + "0b0104")!.ToSrtpPolicy()!.RocTransmissionRate);
    }

    [Theory]
    [InlineData("", "AES-CM is the default of SRTP")]
    [InlineData("000101", "AES-CM")]
    [InlineData("000106010120", "256 bits")]
    [InlineData("00010604010e", "salt of 14 octets")]
    [InlineData("000106050101", "another PRF")]
    [InlineData("000106060101", "key derivation rate")]
    [InlineData("000106070100", "SRTP in clear")]
    [InlineData("000106080100", "SRTCP in clear")]
    [InlineData("000106140108", "short AEAD tag")]
    [InlineData("000106020103", "RCC mode 2")]
    [InlineData("000106020104120108", "ROC tag of 8 octets")]
    [InlineData("0001060201041201040d0100", "ROC in no packet")]
    public void WhatIsNotCarriedOutIsNoPolicy(string hex, string why)
    {
        MikeySrtpPolicy? policy = Read(hex);
        Assert.NotNull(policy);
        Assert.True(policy.ToSrtpPolicy() is null, why);
    }

    [Theory]
    [InlineData("000106000106", "twice")]
    [InlineData("0000", "without a value")]
    [InlineData("00050000000006", "five octets")]
    [InlineData("0004ffffffff", "more than 31 bits")]
    public void ParametersOutOfFormAreRefused(string hex, string why) => Assert.True(Read(hex) is null, why);

    [Fact]
    public void UnknownParametersAreIgnoredAndOtherProtocolsRefused()
    {
        Assert.Equal(SrtpPolicy.Control, Read("000106" + "6301ff")!.ToSrtpPolicy());
        Assert.Null(Read("000106", protocol: 1));
    }

    private static MikeySrtpPolicy? Read(string hex, byte protocol = 0)
    {
        var writer = new MikeyWriter(new byte[200], MikeyDataType.Sakke, default);
        writer.AddTimestamp(default);
        writer.AddSecurityPolicy(0, protocol, Convert.FromHexString(hex));
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(writer.Written, out MikeyMessage message));
        Assert.True(message.TryFindPolicy(0, out MikeySecurityPolicy payload));
        return MikeySrtpPolicy.TryRead(payload, out MikeySrtpPolicy? policy) ? policy : null;
    }
}
