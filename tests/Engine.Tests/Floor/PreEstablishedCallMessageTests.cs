using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 8.3: call control over a pre-established session.</summary>
public sealed class PreEstablishedCallMessageTests
{
    private const string Connect =
        "90cc0017 0f0e0d0c 4d435043 01180373 69703a73 65737331 406d6370 74742e65 78616d70 6c650000 00020102 03137369 " +
        "703a6772 7031406d 632e6578 616d706c 65000000 04020001 05147369 703a616c 69636540 6d632e65 78616d70 6c650000";

    private const string Acknowledgement = "82cc0003 0a0b0c01 4d435043 06020000";

    [Fact]
    public void A_Connect_names_session_streams_group_and_inviter()
    {
        PreEstablishedCallMessage message = Parse(FloorVectors.Octets(Connect));
        Assert.Equal(PreEstablishedCallMessageType.Connect, message.Type);
        Assert.True(message.AckRequired);
        Assert.Equal(0x0F0E0D0Cu, message.Ssrc);
        Assert.True(message.TryGetMcpttSessionIdentity(out PreEstablishedSessionType type, out ReadOnlySpan<byte> session));
        Assert.Equal(PreEstablishedSessionType.PrearrangedGroup, type);
        Assert.Equal("sip:sess1@mcptt.example", Encoding.UTF8.GetString(session));
        Assert.True(message.TryGetMediaStreams(out byte media, out byte control));
        Assert.Equal((1, 2), (media, control));
        Assert.True(message.TryGetMcpttGroupIdentity(out ReadOnlySpan<byte> group));
        Assert.Equal("sip:grp1@mc.example", Encoding.UTF8.GetString(group));
        Assert.True(message.TryGetAnswerState(out bool confirmed));
        Assert.True(confirmed);
        Assert.True(message.TryGetInvitingMcpttUserIdentity(out ReadOnlySpan<byte> inviting));
        Assert.Equal("sip:alice@mc.example", Encoding.UTF8.GetString(inviting));
        Assert.False(message.TryGetPckIMessage(out _));
    }

    [Fact]
    public void An_Acknowledgement_accepts()
    {
        PreEstablishedCallMessage message = Parse(FloorVectors.Octets(Acknowledgement));
        Assert.Equal(PreEstablishedCallMessageType.Acknowledgement, message.Type);
        Assert.True(message.TryGetReasonCode(out ushort reason));
        Assert.Equal(PreEstablishedCallReason.Accepted, reason);
    }

    [Fact]
    public void The_writer_gives_the_vectors_octet_by_octet()
    {
        byte[] buffer = new byte[512];
        var connect = new PreEstablishedCallMessageWriter(buffer, PreEstablishedCallMessageType.Connect, true, 0x0F0E0D0C);
        connect.AddMcpttSessionIdentity(PreEstablishedSessionType.PrearrangedGroup, "sip:sess1@mcptt.example"u8);
        connect.AddMediaStreams(1, 2);
        connect.AddMcpttGroupIdentity("sip:grp1@mc.example"u8);
        connect.AddAnswerState(true);
        connect.AddInvitingMcpttUserIdentity("sip:alice@mc.example"u8);
        Assert.Equal(FloorVectors.Octets(Connect), buffer[..connect.Complete()]);

        var accept = new PreEstablishedCallMessageWriter(
            buffer, PreEstablishedCallMessageType.Acknowledgement, false, 0x0A0B0C01);
        accept.AddReasonCode(PreEstablishedCallReason.Accepted);
        Assert.Equal(FloorVectors.Octets(Acknowledgement), buffer[..accept.Complete()]);
    }

    [Fact]
    public void An_I_MESSAGE_has_two_length_octets_and_its_neighbours_are_found()
    {
        byte[] buffer = new byte[2048];
        byte[] mikey = new byte[700];
        mikey.AsSpan().Fill(0x5A);
        var writer = new PreEstablishedCallMessageWriter(buffer, PreEstablishedCallMessageType.Connect, false, 1);
        writer.AddWarningText("busy"u8);
        writer.AddPckIMessage(mikey);
        writer.AddReasonCause("later"u8);
        writer.AddInvitedMcpttUserIdentity("sip:bob@mc.example"u8);
        PreEstablishedCallMessage message = Parse(buffer[..writer.Complete()]);
        Assert.True(message.TryGetPckIMessage(out ReadOnlySpan<byte> read));
        Assert.True(read.SequenceEqual(mikey));
        Assert.True(message.TryGetWarningText(out ReadOnlySpan<byte> warning));
        Assert.Equal("busy", Encoding.UTF8.GetString(warning));
        Assert.True(message.TryGetReasonCause(out ReadOnlySpan<byte> cause));
        Assert.Equal("later", Encoding.UTF8.GetString(cause));
        Assert.True(message.TryGetInvitedMcpttUserIdentity(out ReadOnlySpan<byte> invited));
        Assert.Equal("sip:bob@mc.example", Encoding.UTF8.GetString(invited));
    }

    [Fact]
    public void An_Acknowledgement_has_no_form_that_asks_for_one()
    {
        Assert.Throws<ArgumentException>(() =>
            new PreEstablishedCallMessageWriter(new byte[64], PreEstablishedCallMessageType.Acknowledgement, true, 1));
        byte[] datagram = FloorVectors.Octets("92cc0003 0a0b0c01 4d435043 06020000");
        Assert.Equal(FloorOutcome.Ignored, PreEstablishedCallMessage.TryParse(datagram, out _, out _));
    }

    [Fact]
    public void Floor_control_and_call_control_ignore_each_other()
    {
        Assert.Equal(FloorOutcome.Ignored, PreEstablishedCallMessage.TryParse(FloorVectors.Octets(1), out _, out _));
        Assert.Equal(FloorOutcome.Ignored, FloorMessage.TryParse(FloorVectors.Octets(Connect), out _, out _));
    }

    [Fact]
    public void Cut_and_changed_messages_never_throw() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] message = FloorVectors.Octets(Connect);
            message[random.Next(12, message.Length)] = (byte)random.Next(256);
            PreEstablishedCallMessage.TryParse(message.AsSpan(0, random.Next(message.Length + 1)), out var read, out _);
            read.TryGetMcpttSessionIdentity(out _, out _);
            read.TryGetMediaStreams(out _, out _);
            read.TryGetAnswerState(out _);
            read.TryGetReasonCode(out _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static PreEstablishedCallMessage Parse(byte[] datagram)
    {
        Assert.Equal(FloorOutcome.Ok, PreEstablishedCallMessage.TryParse(datagram, out var message, out int consumed));
        Assert.Equal(datagram.Length, consumed);
        return message;
    }
}
