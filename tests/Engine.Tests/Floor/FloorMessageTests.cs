using System.Text;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

public sealed class FloorMessageTests
{
    public static TheoryData<int> VectorNumbers => [.. Enumerable.Range(1, FloorVectors.Hex.Length)];

    [Theory]
    [MemberData(nameof(VectorNumbers))]
    public void Every_vector_is_read_field_by_field_and_written_back_octet_by_octet(int number)
    {
        byte[] vector = FloorVectors.Octets(number);
        Assert.Equal(Convert.ToHexString(vector), Convert.ToHexString(FloorReencoder.Reencode(vector)));
    }

    [Fact]
    public void A_Floor_Request_carries_priority_indicator_alias_and_location()
    {
        FloorMessage message = Parse(FloorVectors.Hex[1]);
        Assert.Equal(FloorMessageType.Request, message.Type);
        Assert.False(message.AckRequired);
        Assert.Equal(0x0a0b0c01u, message.Ssrc);
        Assert.True(message.TryGetFloorPriority(out byte priority));
        Assert.Equal(255, priority);
        Assert.True(message.TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.Equal(FloorIndicator.Emergency, indicator);
        Assert.True(message.TryGetFunctionalAlias(out ReadOnlySpan<byte> alias));
        Assert.Equal("sip:fire-lead@mc.example", Encoding.UTF8.GetString(alias));
        Assert.True(message.TryGetLocation(out FloorLocation location));
        Assert.Equal(1, location.Type);
        Assert.Equal("21F3540123456F", Convert.ToHexString(location.Content));
    }

    [Fact]
    public void A_Floor_Granted_that_asks_for_an_acknowledgement()
    {
        FloorMessage message = Parse(FloorVectors.Hex[2]);
        Assert.Equal(FloorMessageType.Granted, message.Type);
        Assert.True(message.AckRequired);
        Assert.True(message.TryGetDuration(out ushort duration_s));
        Assert.Equal(30, duration_s);
        Assert.True(message.TryGetAudioSsrc(out uint ssrc));
        Assert.Equal(0xCAFE0001u, ssrc);
        Assert.False(message.TryGetMessageSequenceNumber(out _));
    }

    [Fact]
    public void A_Floor_Taken_of_two_talkers_lists_users_and_SSRCs()
    {
        FloorMessage message = Parse(FloorVectors.Hex[15]);
        Assert.True(message.TryGetListOfGrantedUsers(out FloorTextList users));
        var names = new List<string>();
        foreach (ReadOnlySpan<byte> user in users)
            names.Add(Encoding.UTF8.GetString(user));
        Assert.Equal(["sip:alice@mc.example", "sip:bob@mc.example"], names);
        Assert.True(message.TryGetListOfSsrcs(out FloorSsrcList ssrcs));
        Assert.Equal(2, ssrcs.Count);
        Assert.Equal(0xCAFE0002u, ssrcs[1]);
    }

    [Fact]
    public void Track_Info_tells_the_way_back()
    {
        FloorMessage message = Parse(FloorVectors.Hex[16]);
        Assert.True(message.TryGetTrackInfo(out FloorTrackInfo track));
        Assert.True(track.Queueing);
        Assert.Equal("some1", Encoding.UTF8.GetString(track.ParticipantType));
        Assert.Equal(2, track.ReferenceCount);
        Assert.Equal(0x20304050u, track.Reference(1));
    }

    [Theory]
    [InlineData("one spare octet", "100a0200 cafe0001 cafe0002")]
    [InlineData("two spare octets", "100b0200 00cafe00 01cafe00 02000000")]
    [InlineData("no length octet", "10020000 cafe0001 cafe0002")]
    public void All_three_layouts_of_the_List_of_SSRCs_are_read(string layout, string field)
    {
        byte[] message = Packet(0x82, field + "08020009");
        FloorMessage parsed = Parse(Convert.ToHexString(message));
        Assert.True(parsed.TryGetListOfSsrcs(out FloorSsrcList ssrcs), layout);
        Assert.Equal(2, ssrcs.Count);
        Assert.Equal(0xCAFE0001u, ssrcs[0]);
        Assert.Equal(0xCAFE0002u, ssrcs[1]);
        Assert.True(parsed.TryGetMessageSequenceNumber(out ushort number));
        Assert.Equal(9, number);
    }

    [Fact]
    public void Unknown_fields_are_skipped_with_one_and_with_two_length_octets()
    {
        FloorMessage message = Parse(Convert.ToHexString(Packet(0x80, "70030102 03000000 c0000201 02000000 00020500")));
        Assert.True(message.TryGetFloorPriority(out byte priority));
        Assert.Equal(5, priority);
    }

    [Fact]
    public void Of_a_repeated_field_the_first_counts()
    {
        FloorMessage message = Parse(Convert.ToHexString(Packet(0x80, "00020500 00020900")));
        Assert.True(message.TryGetFloorPriority(out byte priority));
        Assert.Equal(5, priority);
    }

    [Fact]
    public void Several_messages_in_one_datagram_are_read_one_after_the_other()
    {
        byte[] datagram = [.. FloorVectors.Octets(1), .. FloorVectors.Octets(7), .. FloorVectors.Octets(10)];
        var types = new List<FloorMessageType>();
        for (ReadOnlySpan<byte> rest = datagram; !rest.IsEmpty;)
        {
            Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(rest, out FloorMessage message, out int consumed));
            types.Add(message.Type);
            rest = rest[consumed..];
        }
        Assert.Equal([FloorMessageType.Request, FloorMessageType.Release, FloorMessageType.QueuePositionRequest], types);
    }

    [Theory]
    [InlineData("83cc0006 0f0e0d0c 4d435054 020c0007 51756575 65206675 6c6c")] // length counts the padding that is not there
    [InlineData("83cc0005 0f0e0d0c 4d435054 020c0007 51756575 65206675 6c6c")] // length does not count it
    public void A_missing_last_padding_is_accepted(string hex)
    {
        FloorMessage message = Parse(hex);
        Assert.True(message.TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase));
        Assert.Equal(7, cause);
        Assert.Equal("Queue full", Encoding.UTF8.GetString(phrase));
    }

    [Theory]
    [InlineData("80cc0003 0a0b0c01 4d435043 00020500")] // another name
    [InlineData("8ccc0002 0a0b0c01 4d435054")] // unassigned subtype 12
    [InlineData("9acc0002 0a0b0c01 4d435054")] // an acknowledgement that asks for one
    [InlineData("80c80006 0a0b0c01 00000000 00000000 00000000 00000000 00000000")] // sender report
    public void Other_packets_are_ignored_and_stepped_over(string hex)
    {
        byte[] datagram = [.. FloorVectors.Octets(hex), .. FloorVectors.Octets(1)];
        Assert.Equal(FloorOutcome.Ignored, FloorMessage.TryParse(datagram, out _, out int consumed));
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(datagram.AsSpan(consumed), out _, out _));
    }

    [Theory]
    [InlineData("00cc0002 0a0b0c01 4d435054")] // version 0
    [InlineData("a0cc0002 0a0b0c01 4d435054")] // padding bit
    [InlineData("80cc0001 0a0b0c01 4d435054")] // shorter than its header
    [InlineData("80cc0003 0a0b0c01 4d435054 02090001")] // field past the end
    [InlineData("80cc0013 0a0b0c01 4d435054")] // packet past the end
    [InlineData("80cc0003 0a0b0c01 4d435054 00020500 00")] // fine, then one octet of rubbish
    public void Malformed_packets_are_told_apart_from_rubbish_behind_a_packet(string hex)
    {
        FloorOutcome outcome = FloorMessage.TryParse(FloorVectors.Octets(hex), out _, out int consumed);
        Assert.Equal(hex.EndsWith(" 00", StringComparison.Ordinal) ? FloorOutcome.Ok : FloorOutcome.Malformed, outcome);
        Assert.True(consumed > 0);
    }

    [Theory]
    [InlineData("15020002", 2)]
    [InlineData("15020200", 2)]
    public void Small_numbers_are_read_from_either_octet(string field, int expected)
    {
        FloorMessage message = Parse(Convert.ToHexString(Packet(0x8e, field)));
        Assert.True(message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose));
        Assert.Equal(expected, (int)purpose);
    }

    [Fact]
    public void The_acknowledgement_bit_left_in_a_Message_Type_is_dropped()
    {
        FloorMessage message = Parse(Convert.ToHexString(Packet(0x8a, "0c021100")));
        Assert.True(message.TryGetMessageType(out FloorMessageType type));
        Assert.Equal(FloorMessageType.Granted, type);
    }

    [Fact]
    public void The_writer_refuses_what_the_wire_cannot_carry()
    {
        byte[] destination = new byte[300];
        Assert.Throws<ArgumentException>(() => new FloorMessageWriter(destination, FloorMessageType.Request, true, 1));
        Assert.Throws<ArgumentException>(() =>
            new FloorMessageWriter(destination, FloorMessageType.Taken, false, 1).AddUserId(new byte[256]));
        Assert.Throws<ArgumentException>(() =>
            new FloorMessageWriter(new byte[14], FloorMessageType.Taken, false, 1).AddDuration(1));
        Assert.Throws<ArgumentException>(() =>
            new FloorMessageWriter(destination, FloorMessageType.Taken, false, 1).AddListOfSsrcs([]));
    }

    private static FloorMessage Parse(string hex)
    {
        byte[] datagram = FloorVectors.Octets(hex);
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed));
        Assert.Equal(datagram.Length, consumed);
        return message;
    }

    private static byte[] Packet(byte first, string fields)
    {
        byte[] octets = FloorVectors.Octets(fields);
        return [first, 0xcc, 0, (byte)(2 + octets.Length / 4), 0, 0, 0, 1, (byte)'M', (byte)'C', (byte)'P', (byte)'T', .. octets];
    }
}
