using MediaEngine.Floor;

namespace MediaEngine.Interop.Tests;

/// <summary>Floor control messages of our writer (TS 24.380 8.2) as another implementation reads them.</summary>
public sealed class FloorMessageDissectionTests(FloorCaseDissection dissection) : IClassFixture<FloorCaseDissection>
{
    private const string Unknown = "Expert Info (Warning/Protocol): Unknown field";

    public static TheoryData<string> Names => [.. FloorCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_analyser_reads_what_was_written_and_complains_of_nothing_it_knows(string name)
    {
        FloorCase known = FloorCases.All[name];
        DissectedDatagram read = dissection[name];
        DissectedMessage message = Assert.Single(read.Messages);
        Assert.Equal("MCPT", message.Application);
        Assert.Equal(known.Subtype, message.Subtype);
        Assert.Equal("0x0f0e0d0c", message.Ssrc);
        Assert.Equal(known.Fields, message.Fields);
        Assert.True(message.HasRightLength);
        Assert.Equal(Enumerable.Repeat(Unknown, known.UnknownFields), read.Complaints);
    }

    [Fact]
    public void Every_type_both_forms_and_every_field_are_among_the_cases()
    {
        var forms = new HashSet<(FloorMessageType, bool)>();
        var fields = new HashSet<FloorField>();
        foreach (FloorCase known in FloorCases.All.Values)
        {
            Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(known.Octets, out FloorMessage message, out _));
            forms.Add((message.Type, message.AckRequired));
            foreach (FloorFieldReader field in message.Fields)
                fields.Add(field.Id);
        }
        foreach (FloorMessageType type in Enum.GetValues<FloorMessageType>())
        {
            if (type != FloorMessageType.RevokeRequest)
                Assert.Contains((type, false), forms);
            if (FloorMessage.HasAckForm(type))
                Assert.Contains((type, true), forms);
        }
        // These have tests of their own, for the analyser does not read them as we do.
        Assert.Equal(
            [FloorField.ListOfSsrcs, FloorField.ListOfLocations, FloorField.FloorRevokeRequestUserId], Enum.GetValues<FloorField>().Except(fields));
    }

    [Fact]
    public async Task Messages_that_share_a_datagram_are_read_one_by_one()
    {
        string[] names = ["Idle, ack", "Taken by several", "Revoke with a phrase", "Queue Position Info, 254", "Ack of Release"];
        FloorCase[] cases = [.. names.Select(name => FloorCases.All[name])];
        DissectedDatagram read = Assert.Single(await FloorDissector.DissectAsync([[.. cases.SelectMany(known => known.Octets)]]));
        Assert.Equal(cases.Select(known => known.Subtype), read.Messages.Select(message => message.Subtype));
        Assert.Equal(cases.Select(known => known.Fields), read.Messages.Select(message => message.Fields));
        Assert.True(read.Messages[^1].HasRightLength);
        Assert.Empty(read.Complaints);
    }

    [Fact]
    public async Task Floor_Revoke_Request_is_younger_than_the_analyser_which_shows_its_octets()
    {
        FloorCase request = FloorCase.Of("", FloorMessageType.RevokeRequest, false,
            (ref FloorMessageWriter w) => w.AddFloorRevokeRequestUserId("sip:a"u8), "");
        DissectedDatagram read = Assert.Single(await FloorDissector.DissectAsync([request.Octets]));
        DissectedMessage message = Assert.Single(read.Messages);
        Assert.Equal("Subtype: 7 unknown (7)", message.Subtype);
        Assert.Equal(["Field value: 7369703a61"], message.Fields);
        Assert.True(message.HasRightLength);
        Assert.Equal([Unknown], read.Complaints);
    }

    // We write one spare octet behind the count, as implementations of the current text do; the analyser expects two.
    [Fact]
    public async Task The_List_of_SSRCs_differs_from_the_analysers_by_one_spare_octet()
    {
        FloorCase ours = FloorCase.Of("", FloorMessageType.Taken, false, (ref FloorMessageWriter w) =>
        {
            w.AddMessageSequenceNumber(1);
            w.AddListOfSsrcs([0xCAFE0001, 0xCAFE0002]);
        }, "");
        byte[] list = ours.Octets[^12..];
        byte[] theirs = [.. ours.Octets[..^12], list[0], (byte)(list[1] + 1), list[2], 0, .. list[3..], 0, 0, 0];
        theirs[3]++;
        DissectedDatagram[] read = await FloorDissector.DissectAsync([ours.Octets, theirs]);
        Assert.Equal(["Message Sequence Number: 1", "Number of SSRC: 2", "SSRC: 4261413322"], read[0].Messages[0].Fields);
        Assert.Contains("[Malformed Packet: RTCP]", read[0].Complaints);
        Assert.Equal(["Message Sequence Number: 1", "Number of SSRC: 2", "SSRC: 3405643777", "SSRC: 3405643778"], read[1].Messages[0].Fields);
        Assert.Empty(read[1].Complaints);
    }

    // The analyser takes what follows the first entry for padding.
    [Fact]
    public async Task Of_the_List_of_Locations_the_analyser_reads_the_first_entry()
    {
        byte[] area = [2, .. Convert.FromHexString("21F3540102")], plmn = [3, .. Convert.FromHexString("21F354")];
        FloorCase taken = FloorCase.Of("", FloorMessageType.Taken, false, (ref FloorMessageWriter w) => w.AddListOfLocations([area, plmn]), "");
        DissectedDatagram read = Assert.Single(await FloorDissector.DissectAsync([taken.Octets]));
        Assert.Equal(["Number of Locations: 2", "Location Type: Tracking Area (2)", "Tracking Area Code: 258"], read.Messages[0].Fields[..3]);
        Assert.NotEmpty(read.Complaints);
    }

    [Theory]
    [InlineData(13)] // a field past the end
    [InlineData(3)] // a message past the end
    public async Task The_analyser_does_complain_of_a_message_with_a_wrong_length(int octet)
    {
        byte[] message = [.. FloorCases.All["Taken"].Octets];
        message[octet] += 200;
        DissectedDatagram read = Assert.Single(await FloorDissector.DissectAsync([message]));
        Assert.True(read.Complaints.Length > 0 || read.Messages[0].HasRightLength != true);
    }
}
