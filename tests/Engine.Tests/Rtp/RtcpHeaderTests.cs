using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Rtp;

public sealed class RtcpHeaderTests
{
    [Fact]
    public void ReadsAnApplicationDefinedPacket()
    {
        Assert.True(RtcpHeader.TryParse(Convert.FromHexString("81cc00050a0b0c0d4d435054"), out RtcpHeader header));
        Assert.False(header.Padding);
        Assert.Equal(1, header.CountOrSubtype);
        Assert.Equal(RtcpHeader.ApplicationDefined, header.PacketType);
        Assert.Equal(24, header.PacketLength_bytes);
        Assert.Equal(0x0A0B0C0Du, header.Ssrc);
    }

    [Fact]
    public void RefusesEveryTruncation()
    {
        byte[] packet = Convert.FromHexString("81cc00010a0b0c0d");
        for (int length = 0; length < packet.Length; length++)
            Assert.False(RtcpHeader.TryParse(packet.AsSpan(0, length), out _), $"{length} octets");
        Assert.True(RtcpHeader.TryParse(packet, out _));
    }

    [Theory]
    [InlineData("41cc00010a0b0c0d")]
    [InlineData("81bf00010a0b0c0d")]
    [InlineData("81e000010a0b0c0d")]
    public void RefusesOtherVersionsAndPacketTypes(string hex) =>
        Assert.False(RtcpHeader.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void WritesWhatItReads()
    {
        byte[] packet = Convert.FromHexString("a5cc00020a0b0c0d");
        Assert.True(RtcpHeader.TryParse(packet, out RtcpHeader header));
        byte[] written = new byte[8];
        header.Write(written);
        Assert.Equal(packet, written);
    }
}
