using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 8.4: MBMS subchannel control.</summary>
public sealed class SubchannelMessageTests
{
    private const string Map =
        "80cc000e 0f0e0d0c 4d434d43 02137369 703a6772 7031406d 632e6578 616d706c 65000000 01060000 0121f354 000e1200 " +
        "00001770 00001772 ef010203";

    private const string Unmap = "81cc0008 0f0e0d0c 4d434d43 02137369 703a6772 7031406d 632e6578 616d706c 65000000";

    [Fact]
    public void A_Map_Group_To_Bearer_says_where_the_group_is_heard()
    {
        SubchannelMessage message = Parse(FloorVectors.Octets(Map));
        Assert.Equal(SubchannelMessageType.MapGroupToBearer, message.Type);
        Assert.Equal(0x0F0E0D0Cu, message.Ssrc);
        Assert.True(message.TryGetMcpttGroupId(out ReadOnlySpan<byte> group));
        Assert.Equal("sip:grp1@mc.example", Encoding.UTF8.GetString(group));
        Assert.True(message.TryGetTmgi(out ReadOnlySpan<byte> tmgi));
        Assert.Equal("00000121F354", Convert.ToHexString(tmgi));
        Assert.True(message.TryGetMbmsSubchannel(out MbmsSubchannel subchannel));
        Assert.Equal((1, 2, 6000u, 6002u),
            (subchannel.AudioMediaLine, subchannel.FloorMediaLine, subchannel.FloorPort, subchannel.MediaPort));
        Assert.Equal("EF010203", Convert.ToHexString(subchannel.Address));
    }

    [Fact]
    public void The_writer_gives_the_vectors_octet_by_octet()
    {
        byte[] buffer = new byte[256];
        var map = new SubchannelMessageWriter(buffer, SubchannelMessageType.MapGroupToBearer, 0x0F0E0D0C);
        map.AddMcpttGroupId("sip:grp1@mc.example"u8);
        map.AddTmgi([0x00, 0x00, 0x01, 0x21, 0xF3, 0x54]);
        map.AddMbmsSubchannel(new MbmsSubchannel
        {
            AudioMediaLine = 1,
            FloorMediaLine = 2,
            FloorPort = 6000,
            MediaPort = 6002,
            Address = [239, 1, 2, 3],
        });
        Assert.Equal(FloorVectors.Octets(Map), buffer[..map.Complete()]);

        var unmap = new SubchannelMessageWriter(buffer, SubchannelMessageType.UnmapGroupToBearer, 0x0F0E0D0C);
        unmap.AddMcpttGroupId("sip:grp1@mc.example"u8);
        Assert.Equal(FloorVectors.Octets(Unmap), buffer[..unmap.Complete()]);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 2)]
    [InlineData(16, 0)]
    [InlineData(16, 3)]
    public void A_subchannel_comes_back_with_either_IP_version_with_and_without_a_floor_port(int address, byte floorLine)
    {
        byte[] octets = [.. Enumerable.Range(1, address).Select(i => (byte)i)];
        byte[] buffer = new byte[256];
        var writer = new SubchannelMessageWriter(buffer, SubchannelMessageType.MapGroupToBearer, 1);
        writer.AddMbmsSubchannel(new MbmsSubchannel
        {
            AudioMediaLine = 15,
            FloorMediaLine = floorLine,
            FloorPort = 7,
            MediaPort = 9,
            Address = octets,
        });
        writer.AddMonitoringState([1]);
        SubchannelMessage message = Parse(buffer[..writer.Complete()]);
        Assert.True(message.TryGetMbmsSubchannel(out MbmsSubchannel read));
        Assert.Equal((15, floorLine, floorLine == 0 ? 0u : 7u, 9u),
            (read.AudioMediaLine, read.FloorMediaLine, read.FloorPort, read.MediaPort));
        Assert.True(read.Address.SequenceEqual(octets));
        Assert.True(message.TryGetMonitoringState(out ReadOnlySpan<byte> state));
        Assert.Equal("01", Convert.ToHexString(state));
    }

    [Theory]
    [InlineData("80cc0005 00000001 4d434d43 000a1200 00001770 00001772", "no address")]
    [InlineData("80cc0006 00000001 4d434d43 000e1220 00001770 00001772 ef010203", "IP version 2")]
    [InlineData("80cc0006 00000001 4d434d43 000e1210 00001770 00001772 ef010203", "IPv6 in four octets")]
    public void A_subchannel_that_cannot_be_right_counts_as_absent(string hex, string why)
    {
        SubchannelMessage message = Parse(FloorVectors.Octets(hex));
        Assert.False(message.TryGetMbmsSubchannel(out _), why);
    }

    [Fact]
    public void The_writer_refuses_what_the_wire_cannot_carry()
    {
        Assert.Throws<ArgumentException>(() => Write((ref SubchannelMessageWriter w) =>
            w.AddMbmsSubchannel(new MbmsSubchannel { AudioMediaLine = 16, Address = new byte[4] })));
        Assert.Throws<ArgumentException>(() => Write((ref SubchannelMessageWriter w) =>
            w.AddMbmsSubchannel(new MbmsSubchannel { Address = new byte[5] })));
        Assert.Throws<ArgumentException>(() => Write((ref SubchannelMessageWriter w) => w.AddTmgi(new byte[5])));
    }

    [Fact]
    public void Cut_and_changed_messages_never_throw() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] message = FloorVectors.Octets(Map);
            message[random.Next(12, message.Length)] = (byte)random.Next(256);
            SubchannelMessage.TryParse(message.AsSpan(0, random.Next(message.Length + 1)), out SubchannelMessage read, out _);
            read.TryGetMcpttGroupId(out _);
            read.TryGetTmgi(out _);
            read.TryGetMbmsSubchannel(out _);
            read.TryGetMonitoringState(out _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private delegate void Fill(ref SubchannelMessageWriter writer);

    private static void Write(Fill fill)
    {
        var writer = new SubchannelMessageWriter(new byte[64], SubchannelMessageType.MapGroupToBearer, 1);
        fill(ref writer);
    }

    private static SubchannelMessage Parse(byte[] datagram)
    {
        Assert.Equal(FloorOutcome.Ok, SubchannelMessage.TryParse(datagram, out SubchannelMessage message, out int consumed));
        Assert.Equal(datagram.Length, consumed);
        return message;
    }
}
