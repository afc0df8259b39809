using MediaEngine.Floor;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// MBMS subchannel control (TS 24.380 8.4) and call control of pre-established sessions (8.3) of our writers. The analyser knows
/// the former by the name and group identifier it had before V13.3, the latter not at all.
/// </summary>
public sealed class CallControlDissectionTests
{
    private const string Group = "MCPTT Group Identity: sip:grp1@mc.example";

    [Fact]
    public async Task Map_Group_To_Bearer_says_where_the_group_is_heard()
    {
        byte[] address6 = [0xFF, 0x3E, .. new byte[13], 7];
        DissectedMessage[] read = await DissectAsync(
            Write(SubchannelMessageType.MapGroupToBearer, new MbmsSubchannel
            {
                AudioMediaLine = 1,
                FloorMediaLine = 2,
                FloorPort = 6000,
                MediaPort = 6002,
                Address = [239, 1, 2, 3],
            }),
            Write(SubchannelMessageType.MapGroupToBearer, new MbmsSubchannel { AudioMediaLine = 3, MediaPort = 65534, Address = address6 }));
        Assert.Equal("Subtype: 0 Map Group To Bearer", read[0].Subtype);
        string[] subchannel =
        [
            "Audio m-line Number: 1", "Floor m-line Number: 2", "IP version: 0", "Floor Port Number: 6000", "Media Port Number: 6002",
            "IP Address: 239.1.2.3",
        ];
        Assert.Equal([Group, "TMGI: 00000121f354", .. subchannel], read[0].Fields);
        string[] media = ["Audio m-line Number: 3", "Floor m-line Number: 0", "IP version: 1", "Media Port Number: 65534", "IP Address: ff3e::7"];
        Assert.Equal([Group, "TMGI: 00000121f354", .. media], read[1].Fields);
    }

    [Fact]
    public async Task Unmap_Group_To_Bearer_names_the_group()
    {
        DissectedMessage read = (await DissectAsync(Write(SubchannelMessageType.UnmapGroupToBearer, default)))[0];
        Assert.Equal("Subtype: 1 Unmap Group To Bearer", read.Subtype);
        Assert.Equal([Group], read.Fields);
    }

    [Fact]
    public async Task Call_control_of_a_pre_established_session_is_shown_octet_by_octet()
    {
        byte[] buffer = new byte[512];
        var connect = new PreEstablishedCallMessageWriter(buffer, PreEstablishedCallMessageType.Connect, ackRequired: true, FloorCase.Ssrc);
        connect.AddMcpttSessionIdentity(PreEstablishedSessionType.PrearrangedGroup, "sip:s@a"u8);
        connect.AddMediaStreams(1, 2);
        connect.AddPckIMessage([1, 2, 3, 4, 5]);
        byte[] message = buffer[..connect.Complete()];
        DissectedDatagram read = Assert.Single(await FloorDissector.DissectAsync([message]));
        DissectedMessage shown = Assert.Single(read.Messages);
        Assert.Equal(("MCPC", "Subtype: 16", "0x0f0e0d0c", true), (shown.Application, shown.Subtype, shown.Ssrc, shown.HasRightLength));
        // Session identity with its type, streams, and the one field whose length has two octets.
        Assert.Equal(["Application specific data: 010803" + "7369703a734061" + "0000" + "00020102" + "c000050102030405"], shown.Fields);
        Assert.Empty(read.Complaints);
    }

    private static byte[] Write(SubchannelMessageType type, MbmsSubchannel subchannel)
    {
        byte[] buffer = new byte[256];
        var writer = new SubchannelMessageWriter(buffer, type, FloorCase.Ssrc);
        writer.AddMcpttGroupId("sip:grp1@mc.example"u8);
        if (type == SubchannelMessageType.MapGroupToBearer)
        {
            writer.AddTmgi([0x00, 0x00, 0x01, 0x21, 0xF3, 0x54]);
            writer.AddMbmsSubchannel(subchannel);
        }
        return buffer[..writer.Complete()];
    }

    private static async Task<DissectedMessage[]> DissectAsync(params byte[][] messages)
    {
        DissectedDatagram[] read = await FloorDissector.DissectAsync(messages.Select(InOldNames));
        foreach (DissectedDatagram datagram in read)
            Assert.Empty(datagram.Complaints);
        return [.. read.Select(datagram => Assert.Single(datagram.Messages))];
    }

    private static byte[] InOldNames(byte[] message)
    {
        Assert.Equal("MCMC"u8, message.AsSpan(8, 4));
        Assert.Equal((byte)SubchannelField.McpttGroupId, message[12]);
        byte[] old = [.. message];
        "MCCP"u8.CopyTo(old.AsSpan(8));
        old[12] = 3;
        return old;
    }
}
