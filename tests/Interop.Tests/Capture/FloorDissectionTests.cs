using System.Globalization;

namespace MediaEngine.Interop.Tests;

/// <summary>The demo's floor control and media after <c>mcx trace decrypt</c> as another implementation reads them.</summary>
[Collection(nameof(DemoCapture))]
public sealed class FloorDissectionTests(DemoRun demo)
{
    // TS 24.380 table 8.2.2.1-1; no message of the demo asks for an acknowledgement.
    private static readonly Dictionary<string, string> Subtypes = new()
    {
        ["0"] = "Floor Request",
        ["1"] = "Floor Granted",
        ["2"] = "Floor Taken",
        ["4"] = "Floor Release",
        ["5"] = "Floor Idle",
        ["9"] = "Floor Queue Position Info",
    };

    [Fact]
    public void Every_encrypted_packet_is_decrypted()
    {
        Assert.Equal(demo.Encrypted.Count(datagram => datagram.IsFloor), demo.Decryption.GetProperty("floor").GetInt32());
        Assert.Equal(demo.Encrypted.Count(datagram => datagram.IsMedia), demo.Decryption.GetProperty("media").GetInt32());
        Assert.Equal(0, demo.Decryption.GetProperty("failed").GetInt32());
        Assert.Equal(demo.Encrypted.Count, demo.Clear.Count);
        Assert.Equal(18, demo.Clear.Count(datagram => datagram.IsFloor && !datagram.IsMulticast));
        Assert.Equal(2, demo.Clear.Count(datagram => datagram.IsFloor && datagram.IsMulticast && !datagram.IsSubchannelControl));
    }

    [Fact]
    public async Task Every_packet_of_the_decrypted_capture_is_read_and_nothing_is_malformed()
    {
        Analyser analyser = Analyser.OfClear(demo);
        Assert.Empty(await analyser.ComplaintsAsync($"rtcp || rtp || {Analyser.TextOnlySip}"));
        Assert.Empty(await analyser.FieldsAsync("!rtcp && !rtp && !sip && !tcp.reassembled_in", "frame.number", "frame.protocols"));
        Assert.Equal(demo.Clear.Count(datagram => datagram.IsMedia), (await analyser.FieldsAsync("rtp", "rtp.seq")).Length);
    }

    [Fact]
    public async Task The_analyser_does_complain_of_floor_control_that_is_still_encrypted() =>
        Assert.NotEmpty(await Analyser.OfEncryptedTakenForClear(demo).ComplaintsAsync("rtcp"));

    [Fact]
    public async Task Every_floor_message_is_one_MCPTT_message_with_its_right_length()
    {
        string[][][] messages = await Analyser.OfClear(demo).FieldsAsync(
            "rtcp.app.name != \"MCMC\"", "rtcp.app.name", "rtcp.app.subtype", "rtcp.length_check", "rtcp.pt");
        Assert.Equal(demo.Clear.Count(datagram => datagram.IsFloor && !datagram.IsSubchannelControl), messages.Length);
        Assert.All(messages, fields =>
        {
            Assert.Equal(["MCPT"], fields[0]);
            Assert.Contains(Assert.Single(fields[1]), Subtypes.Keys);
            Assert.Equal(["1"], fields[2]);
            Assert.Equal(["204"], fields[3]);
        });
    }

    [Fact]
    public async Task The_call_is_mapped_to_the_bearer_while_it_lasts_and_unmapped_at_its_end()
    {
        const string map = "0", unmap = "1";
        string[][][] messages = await Analyser.OfClear(demo).FieldsAsync(
            "rtcp.app.name == \"MCMC\"", "rtcp.app.subtype", "rtcp.length_check", "ip.dst", "rtcp.ssrc.identifier", "rtcp.senderssrc");
        Assert.All(messages, fields => Assert.Equal(["1", "239.192.77.1"], [fields[1][0], fields[2][0]]));
        string[] subtypes = [.. messages.Select(fields => fields[0][0])];
        // Repeated every half second, for some three seconds of talk; the demo may end before all of Unmap was said.
        Assert.InRange(subtypes.Count(subtype => subtype == map), 4, 40);
        Assert.InRange(subtypes.Count(subtype => subtype == unmap), 1, 3);
        Assert.Equal(subtypes.Order(StringComparer.Ordinal), subtypes);
    }

    [Fact]
    public async Task What_is_for_all_goes_once_by_multicast_after_the_call_was_mapped()
    {
        string[][][] messages = await Analyser.OfClear(demo).FieldsAsync(
            "rtcp.app.name == \"MCPT\" && ip.dst == 224.0.0.0/4", "rtcp.app.subtype", "rtcp.mcptt.granted_partys_id");
        Assert.Equal(["Floor Taken", "Floor Idle"], messages.Select(fields => Subtypes[fields[0][0]]));
        Assert.Equal("sip:carol@mcx.example", Assert.Single(messages[0][1]));
    }

    [Theory]
    [InlineData("alice", "→ Floor Request, → Floor Release", "← Floor Idle, ← Floor Granted, ← Floor Taken, ← Floor Idle")]
    [InlineData("carol", "→ Floor Request, → Floor Release",
        "← Floor Idle, ← Floor Taken, ← Floor Queue Position Info, ← Floor Granted")]
    [InlineData("bob", "", "← Floor Idle, ← Floor Taken, ← Floor Taken, ← Floor Idle")]
    [InlineData("dave", "", "← Floor Idle, ← Floor Taken")]
    public async Task Each_client_sends_and_receives_the_unicast_messages_of_its_part(string client, string sent, string received)
    {
        FloorMessageRead[] messages = await MessagesOfAsync(client);
        Assert.Equal(sent, string.Join(", ", messages.Where(message => message.Sent).Select(message => $"→ {message.Name}")));
        Assert.Equal(received, string.Join(", ", messages.Where(message => !message.Sent).Select(message => $"← {message.Name}")));
    }

    [Fact]
    public async Task The_talkers_are_granted_for_a_time_and_named_to_the_others_with_the_SSRC_of_their_audio()
    {
        Dictionary<string, string> audio = [];
        foreach (string talker in (string[])["alice", "carol"])
        {
            FloorMessageRead granted = Assert.Single(await MessagesOfAsync(talker), message => message.Name == "Floor Granted");
            Assert.Equal(["30"], granted.Durations);
            Assert.Equal(["5"], granted.Priorities);
            audio[talker] = Assert.Single(granted.Ssrcs);
        }
        string[] heard = [.. demo.Clear.Where(datagram => datagram.IsMedia).Select(datagram => datagram.Ssrc.ToString(CultureInfo.InvariantCulture)).Distinct()];
        Assert.Equal([audio["alice"], audio["carol"]], heard);
        FloorMessageRead[] taken = [.. (await MessagesOfAsync("bob")).Where(message => message.Name == "Floor Taken")];
        Assert.Equal(["sip:alice@mcx.example", "sip:carol@mcx.example"], taken.Select(message => Assert.Single(message.GrantedParties)));
        Assert.Equal([audio["alice"], audio["carol"]], taken.Select(message => Assert.Single(message.Ssrcs)));
    }

    [Fact]
    public async Task The_queued_request_is_told_its_position()
    {
        FloorMessageRead queued = Assert.Single(await MessagesOfAsync("carol"), message => message.Name == "Floor Queue Position Info");
        Assert.Equal(["1"], queued.QueuePositions);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    [InlineData("carol")]
    [InlineData("dave")]
    public async Task Taken_and_Idle_carry_rising_sequence_numbers_and_no_other_message_does(string client)
    {
        FloorMessageRead[] messages = await MessagesOfAsync(client);
        ILookup<bool, FloorMessageRead> numbered = messages.ToLookup(message => message.Name is "Floor Taken" or "Floor Idle");
        int[] numbers = [.. numbered[true].Select(message => int.Parse(Assert.Single(message.SequenceNumbers), CultureInfo.InvariantCulture))];
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.All(numbered[false], message => Assert.Empty(message.SequenceNumbers));
    }

    [Fact]
    public async Task Media_is_20_ms_of_A_law_in_unbroken_sequence()
    {
        string[][][] packets = await Analyser.OfClear(demo).FieldsAsync(
            "rtp && ip.dst == 224.0.0.0/4", "rtp.ssrc", "rtp.p_type", "rtp.seq", "rtp.timestamp", "rtp.marker", "rtp.payload");
        Assert.Equal(2, packets.Select(fields => fields[0][0]).Distinct().Count());
        foreach (IGrouping<string, string[][]> talk in packets.GroupBy(fields => fields[0][0]))
        {
            string[][][] stream = [.. talk];
            int sequence = Number(stream[0][2]);
            long timestamp = Number(stream[0][3]);
            for (int i = 0; i < stream.Length; i++)
            {
                Assert.Equal("8", stream[i][1][0]);
                Assert.Equal((ushort)(sequence + i), Number(stream[i][2]));
                Assert.Equal((uint)(timestamp + 160 * i), (uint)Number(stream[i][3]));
                Assert.Equal(i == 0, stream[i][4][0] is "1" or "True");
                Assert.Equal(2 * 160, stream[i][5][0].Length);
            }
        }

        static int Number(string[] values) => unchecked((int)long.Parse(values[0], CultureInfo.InvariantCulture));
    }

    /// <summary>A client is told apart by its CSK-ID, the MKI at the end of its encrypted floor control.</summary>
    private async Task<FloorMessageRead[]> MessagesOfAsync(string client)
    {
        string mki = demo.Keys.ClientServer[client].Mki;
        CapturedDatagram[] encrypted = [.. demo.Encrypted.Where(datagram => datagram.IsFloor)];
        var server = encrypted.SelectMany(datagram => new[] { datagram.Source, datagram.Destination })
            .CountBy(endPoint => endPoint).MaxBy(entry => entry.Value).Key;
        string[][][] read = await Analyser.OfClear(demo).FieldsAsync(
            "rtcp", "rtcp.app.subtype", "rtcp.app_data.mcptt.duration", "rtcp.app_data.mcptt.priority", "rtcp.app_data.mcptt.rtcp",
            "rtcp.mcptt.granted_partys_id", "rtcp.app_data.mcptt.queue_pos_inf", "rtcp.app_data.mcptt.msg_seq_num");
        Assert.Equal(encrypted.Length, read.Length);
        return
        [
            .. encrypted.Zip(read)
                .Where(pair => Convert.ToHexStringLower(pair.First.Payload.AsSpan(^4)) == mki)
                .Select(pair => new FloorMessageRead(
                    pair.First.Destination.Equals(server), Subtypes.GetValueOrDefault(pair.Second[0][0], "another message"),
                    pair.Second[1], pair.Second[2], pair.Second[3], pair.Second[4], pair.Second[5], pair.Second[6])),
        ];
    }

    private sealed record FloorMessageRead(
        bool Sent, string Name, string[] Durations, string[] Priorities, string[] Ssrcs, string[] GrantedParties, string[] QueuePositions,
        string[] SequenceNumbers);
}
