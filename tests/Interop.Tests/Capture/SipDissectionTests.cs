namespace MediaEngine.Interop.Tests;

/// <summary>The demo's SIP, its session descriptions and its MC bodies as another implementation reads them.</summary>
[Collection(nameof(DemoCapture))]
public sealed class SipDissectionTests(DemoRun demo)
{
    private const string SdpType = "application/sdp";
    private const string InfoType = "application/vnd.3gpp.mcptt-info+xml";
    private const string RegroupType = "application/vnd.3gpp.mcptt-regroup+xml";

    [Fact]
    public async Task Every_SIP_message_is_read_and_there_are_as_many_as_in_the_ladder()
    {
        string[][][] frames = await Analyser.OfEncrypted(demo).FieldsAsync("sip", "sip.Method", "sip.Status-Code", "sip.CSeq.method");
        LadderArrow[] ladder = [.. demo.Ladder.Where(arrow => arrow.IsSip)];

        Assert.Equal(Count(ladder.Where(arrow => !arrow.IsResponse).Select(arrow => arrow.Method)), Count(frames.SelectMany(frame => frame[0])));
        Assert.Equal(Count(ladder.Where(arrow => arrow.IsResponse).Select(arrow => arrow.Message[..3])), Count(frames.SelectMany(frame => frame[1])));
        Assert.Equal(Count(ladder.Select(arrow => arrow.Method)), Count(frames.SelectMany(frame => frame[2])));
        Assert.Equal(
            ["ACK 4", "BYE 4", "INVITE 4", "MESSAGE 37", "PUBLISH 4", "REGISTER 10"],
            Count(frames.SelectMany(frame => frame[0])));
        Assert.Equal(["200 51", "401 5", "403 1", "415 2"], Count(frames.SelectMany(frame => frame[1])));
    }

    [Fact]
    public async Task SIP_travels_over_both_transports()
    {
        Analyser analyser = Analyser.OfEncrypted(demo);
        Assert.NotEmpty(await analyser.FieldsAsync("sip && udp", "sip.Method"));
        Assert.NotEmpty(await analyser.FieldsAsync("sip && tcp", "sip.Method"));
        Assert.Empty(await analyser.FieldsAsync("tcp.len > 0 && !sip && !tcp.reassembled_in", "frame.number"));
    }

    [Fact]
    public async Task Nothing_in_SIP_session_descriptions_XML_or_multipart_is_malformed()
    {
        Analyser analyser = Analyser.OfEncrypted(demo);
        Assert.Empty(await analyser.ComplaintsAsync(Analyser.TextOnlySip));
        Assert.Empty(await analyser.ComplaintsAsync($"(sdp || xml || mime_multipart) && {Analyser.TextOnlySip}"));
    }

    [Fact]
    public async Task A_client_that_registers_sends_its_CSK_to_the_MC_system()
    {
        string[][][] messages = await Analyser.OfEncrypted(demo, keyMessages: true).FieldsAsync("sip.Method == REGISTER && mikey", "mikey.id.data", "mikey.type", "mikey.csb_id");
        Assert.Equal(10, messages.Length);
        Assert.All(messages, fields =>
        {
            Assert.Equal(["sip:mcptt@mcx.example", "kms.mcx.example", "kms.mcx.example"], fields[0][1..]);
            Assert.Equal(["26"], fields[1]);
            Assert.StartsWith("0x2", Assert.Single(fields[2]), StringComparison.Ordinal);
        });
        Assert.Equal(["alice", "bob", "carol", "dave", "dispatcher"], messages.Select(fields => UserOf(fields[0][0])).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_member_gets_the_keys_of_its_two_groups_under_a_GUK_ID_of_its_own()
    {
        string[][][] messages = await Analyser.OfEncrypted(demo).FieldsAsync("sip.Method == MESSAGE", "mime_multipart.header.content-type");
        // A GMK and a MuSiK for each.
        Assert.Equal(16, messages.SelectMany(fields => fields[0]).Count(type => type == "application/mikey"));
        const string delivery = "MESSAGE with I_MESSAGE: GMK for GUK-ID 0";
        Assert.Equal(8, demo.Ladder.Where(arrow => arrow.Message.StartsWith(delivery, StringComparison.Ordinal)).DistinctBy(arrow => arrow.Message).Count());
    }

    [Fact]
    public async Task A_client_names_its_MC_client_when_it_registers()
    {
        string[][][] registers = await Analyser.OfEncrypted(demo).FieldsAsync("sip.Method == REGISTER", "xml.tag", "xml.cdata");
        Assert.Equal(10, registers.Length);
        Assert.All(registers, fields =>
        {
            Assert.Equal(["mcpttinfo", "mcptt-Params", "mcptt-client-id", "mcpttString"], NamesOf(fields[0]));
            Assert.StartsWith("urn:uuid:", Assert.Single(fields[1]), StringComparison.Ordinal);
        });
        Assert.Equal(5, registers.Select(fields => fields[1][0]).Distinct().Count());
    }

    [Fact]
    public async Task Affiliation_names_the_user_and_the_group()
    {
        string[][][] publishes = await Analyser.OfEncrypted(demo)
            .FieldsAsync("sip.Method == PUBLISH", "mime_multipart.header.content-type", "xml.cdata", "xml.tag");
        Assert.Equal(
            ["alice fire-1", "bob fire-1", "carol ambulance-2", "dave ambulance-2"],
            publishes.Select(fields =>
            {
                Assert.Equal([InfoType, "application/pidf+xml"], fields[0]);
                string affiliation = Assert.Single(fields[2], tag => tag.Contains(":affiliation ", StringComparison.Ordinal));
                return $"{UserOf(fields[1][0])} {UserOf(affiliation.Split('"')[1])}";
            }));
    }

    [Fact]
    public async Task A_regroup_request_and_its_notices_name_the_preconfigured_group_and_both_groups()
    {
        string[][][] messages = await RegroupMessagesAsync("create");
        string[][] forFirst = [.. messages.Select(fields => fields[1]).Where(values => values.Contains("sip:regroup-1@mcx.example"))];
        Assert.Equal(5, forFirst.Length);
        Assert.All(forFirst, values => Assert.Equal(
            ["sip:major-incident@mcx.example", "sip:regroup-1@mcx.example", "sip:fire-1@mcx.example", "sip:ambulance-2@mcx.example", "create"],
            values[^5..]));
        Assert.All(messages, fields =>
        {
            Assert.Equal([InfoType, RegroupType], fields[0]);
            Assert.Subset(
                NamesOf(fields[2]).ToHashSet(),
                new HashSet<string> { "mcpttregroup", "preconfig-group-id", "mcptt-regroup-uri", "groups-for-regroup", "group", "regroup-action" });
        });
        Assert.Equal(["alice", "bob", "carol", "dave"], ToldMembers(forFirst));
    }

    [Fact]
    public async Task A_cancellation_and_its_notices_name_the_regroup()
    {
        string[][][] messages = await RegroupMessagesAsync("remove");
        Assert.Equal(5, messages.Length);
        Assert.All(messages, fields => Assert.Equal(["sip:regroup-1@mcx.example", "remove"], fields[1][^2..]));
        Assert.Equal(["alice", "bob", "carol", "dave"], ToldMembers(messages.Select(fields => fields[1])));
    }

    [Fact]
    public async Task Offers_and_answers_describe_encrypted_audio_and_floor_control()
    {
        string[][][] descriptions = await Analyser.OfEncrypted(demo).FieldsAsync(
            "sdp && sip.CSeq.method == \"INVITE\"", "mime_multipart.header.content-type", "sip.CSeq.method", "sdp.media.media", "sdp.media.proto", "sdp.media", "xml.tag");
        Assert.Equal(8, descriptions.Length);
        Assert.All(descriptions, fields =>
        {
            Assert.Equal([SdpType, InfoType], fields[0]);
            Assert.Equal(["INVITE"], fields[1]);
            Assert.Equal(["audio", "application"], fields[2]);
            Assert.Equal(["RTP/SAVP", "udp"], fields[3]);
            Assert.Matches("^audio [1-9][0-9]* RTP/SAVP 8$", fields[4][0]);
            Assert.Matches("^application [1-9][0-9]* udp MCPTT$", fields[4][1]);
            Assert.Contains("mcpttinfo", NamesOf(fields[5]));
        });
    }

    [Fact]
    public async Task An_announcement_describes_the_general_purpose_subchannel_and_carries_the_MSCCK()
    {
        string[][][] announcements = await Analyser.OfEncrypted(demo).FieldsAsync(
            "sdp && sip.Method == MESSAGE", "mime_multipart.header.content-type", "sdp.media", "sdp.connection_info.address", "xml.tag");
        Assert.Equal(4, announcements.Length);
        Assert.All(announcements, fields =>
        {
            // A segment may hold another message before it, or after.
            Assert.Contains(string.Join(' ', InfoType, "application/vnd.3gpp.mcptt-mbms-usage-info+xml", SdpType), string.Join(' ', fields[0]), StringComparison.Ordinal);
            Assert.Matches("^application [1-9][0-9]* udp MCPTT$", fields[1][0]);
            Assert.Equal(["audio 9 RTP/SAVP 8", "application 9 udp MCPTT"], fields[1][1..]);
            Assert.Contains(fields[2], address => address.StartsWith("239.192.77.1", StringComparison.Ordinal));
            Assert.Superset(new HashSet<string> { "mcptt-mbms-usage-info", "announcement", "TMGI", "GPMS" }, NamesOf(fields[3]).ToHashSet());
        });
    }

    [Fact]
    public async Task The_session_descriptions_alone_lead_to_every_unicast_media_packet()
    {
        string[][][] media = await Analyser.OfEncrypted(demo).FieldsAsync(
            "srtp.enc_payload && !(ip.dst == 224.0.0.0/4)", "rtp.p_type", "rtp.setup-method");
        Assert.Equal(demo.Encrypted.Count(datagram => datagram.IsMedia && !datagram.IsMulticast), media.Length);
        Assert.All(media, fields => Assert.Equal("8 SDP", $"{fields[0][0]} {fields[1][0]}"));
    }

    private static string[] Count(IEnumerable<string> values) =>
        [.. values.GroupBy(value => value).Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal)];

    /// <summary>Element names of start tags as tshark prints them, without their attributes.</summary>
    private static IEnumerable<string> NamesOf(string[] tags) => tags.Select(tag => tag.Trim('<', '>').Split(' ')[0]);

    private static string UserOf(string uri) => uri["sip:".Length..].Split('@')[0];

    /// <summary>Notices begin with the MCPTT ID of who is told; the dispatcher's requests with its client ID.</summary>
    private static IEnumerable<string> ToldMembers(IEnumerable<string[]> bodies) =>
        bodies.Select(values => values[0]).Where(value => value.StartsWith("sip:", StringComparison.Ordinal)).Select(UserOf).Order(StringComparer.Ordinal);

    private async Task<string[][][]> RegroupMessagesAsync(string action) =>
        await Analyser.OfEncrypted(demo).FieldsAsync(
            $"sip.Method == MESSAGE && xml.cdata == \"{action}\"", "mime_multipart.header.content-type", "xml.cdata", "xml.tag");
}
