using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Rtp;

public sealed class RtpHeaderTests
{
    private static readonly byte[] WithCsrcAndExtension = Convert.FromHexString(
        "b2" + "e1" + "fffe" + "10203040" + "0a0b0c0d" + "00000001" + "00000002" + "bede0001" + "10110000" + "aabb");

    [Fact]
    public void ReadsEveryFieldCsrcAndExtensionIncluded()
    {
        Assert.True(RtpHeader.TryParse(WithCsrcAndExtension, out RtpHeader header));
        Assert.True(header.Padding);
        Assert.True(header.Marker);
        Assert.Equal(0x61, header.PayloadType);
        Assert.Equal(0xFFFE, header.SequenceNumber);
        Assert.Equal(0x10203040u, header.Timestamp);
        Assert.Equal(0x0A0B0C0Du, header.Ssrc);
        Assert.Equal(12 + 8 + 8, header.Length_bytes);
    }

    [Fact]
    public void RefusesEveryTruncationOfItsHeader()
    {
        for (int length = 0; length < 28; length++)
            Assert.False(RtpHeader.TryParse(WithCsrcAndExtension.AsSpan(0, length), out _), $"{length} octets");
        Assert.True(RtpHeader.TryParse(WithCsrcAndExtension.AsSpan(0, 28), out _));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x40)]
    [InlineData(0xC0)]
    public void RefusesOtherVersions(byte first)
    {
        byte[] packet = new byte[12];
        packet[0] = first;
        Assert.False(RtpHeader.TryParse(packet, out _));
    }

    [Fact]
    public void AnExtensionLongerThanThePacketIsRefused()
    {
        byte[] packet = new byte[64];
        packet[0] = 0x90;
        packet[14] = 0xFF;
        packet[15] = 0xFF;
        Assert.False(RtpHeader.TryParse(packet, out _));
    }

    [Fact]
    public void WritesTheTwelveFixedOctets()
    {
        var header = new RtpHeader
        {
            Marker = true,
            PayloadType = 0x61,
            SequenceNumber = 0x1234,
            Timestamp = 0x01020304,
            Ssrc = 0x0A0B0C0D,
        };
        byte[] packet = new byte[12];
        Assert.Equal(12, header.WriteFixed(packet));
        Assert.Equal("80e11234010203040a0b0c0d", Convert.ToHexStringLower(packet));
    }
}
