using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Control.Tests.Sip;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>RFC 8866 as TS 24.379 6.2.1 and TS 24.380 12 use it.</summary>
public class SessionDescriptionTests
{
    private const string Head = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\n";

    [Fact]
    public void The_offer_of_the_example_is_read()
    {
        SessionDescription offer = Read(Part(SipText.Request(ControlExamples.BroadcastInvite)));

        Assert.Equal(("alice", 3900000001UL, 1UL), (offer.OriginUser, offer.SessionId, offer.SessionVersion));
        Assert.Equal(("RTP/SAVP", "98", "speech"), (offer.Audio!.Protocol, offer.Audio.Format, offer.Audio.Information));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.10"), 40100), offer.EndPointOf(offer.Audio));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.10"), 40102), offer.EndPointOf(offer.FloorControl!));
        Assert.Equal(
            new Dictionary<string, string?> { ["mc_queueing"] = null, ["mc_priority"] = "7", ["mc_granted"] = null, ["mc_implicit_request"] = null },
            offer.FloorControl!.FloorParameters);
    }

    [Fact]
    public void The_answer_of_the_example_is_read_and_written_alike()
    {
        ReadOnlyMemory<byte> body = Part(SipText.Response(ControlExamples.BroadcastAnswer));

        // The line break after the last line belongs to the delimiter there.
        Assert.Equal(Encoding.UTF8.GetString(body.Span) + "\r\n", Encoding.UTF8.GetString(Read(body).Serialise()));
    }

    [Theory]
    [InlineData("m=application 40102 udp MCPTT", true)]
    [InlineData("m=application 40102 UDP MCPTT", true)]
    [InlineData("m=application 40102 udp mcptt", false)]
    [InlineData("m=application 40102 TCP MCPTT", false)]
    [InlineData("m=video 40102 udp MCPTT", false)]
    public void The_floor_control_line_is_known_by_kind_protocol_and_format(string line, bool isFloorControl)
    {
        Assert.Equal(isFloorControl, Read($"{Head}c=IN IP4 192.0.2.1\r\nt=0 0\r\n{line}\r\n").FloorControl is not null);
    }

    [Fact]
    public void Unknown_floor_parameters_are_kept_and_the_first_of_two_counts()
    {
        MediaDescription floor = Read($"{Head}c=IN IP4 192.0.2.1\r\nm=application 1 udp MCPTT\r\na=fmtp:MCPTT mc_queing; mc_priority=5;mc_priority=9;;=3\r\n").FloorControl!;

        Assert.Equal("5", floor.FloorParameters["mc_priority"]);
        Assert.True(floor.FloorParameters.ContainsKey("mc_queing"));
    }

    [Fact]
    public void A_section_may_have_its_own_address_and_a_group_its_time_to_live()
    {
        SessionDescription description = Read(
            $"{Head}c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 8\r\nm=audio 4002 RTP/SAVP 8\r\nc=IN IP4 239.1.2.3/16\r\n");

        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4000), description.EndPointOf(description.Audio!));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("239.1.2.3"), 4002), description.EndPointOf(description.Media[1]));
        Assert.Equal(16, description.Media[1].TimeToLive);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=0\r\n")]
    [InlineData("o=a 1 1 IN IP4 192.0.2.1\r\n")]
    [InlineData("v=1\r\no=a 1 1 IN IP4 192.0.2.1\r\n")]
    [InlineData("v=0\r\no=a 1 1 IN IP4\r\n")]
    [InlineData("v=0\r\no=a -1 1 IN IP4 192.0.2.1\r\n")]
    [InlineData("v=0\r\no=a 99999999999999999999 1 IN IP4 192.0.2.1\r\n")]
    [InlineData(Head + "m=audio 4000 RTP/SAVP 8\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.999\r\n")]
    [InlineData(Head + "c=IN IP4 host.example\r\n")]
    [InlineData(Head + "c=IN IP4 2001:db8::1\r\n")]
    [InlineData(Head + "c=IN IP6 192.0.2.1\r\n")]
    [InlineData(Head + "c=ATM NSAP 1\r\n")]
    [InlineData(Head + "c=IN IP4 239.1.2.3/256\r\n")]
    [InlineData(Head + "c=IN IP4 239.1.2.3/-1\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio 65536 RTP/SAVP 8\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio -1 RTP/SAVP 8\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio 4000/2 RTP/SAVP 8\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nnonsense\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 8\r\na=x\ry=z\r\n")]
    [InlineData(Head + "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 8\r\na=x\0\r\n")]
    public void A_line_that_cannot_be_read_refuses_the_description(string text)
    {
        Assert.False(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Sections_attributes_and_size_are_bounded()
    {
        string start = $"{Head}c=IN IP4 192.0.2.1\r\n";
        string Sections(int count) => start + string.Concat(Enumerable.Repeat("m=audio 4000 RTP/SAVP 8\r\n", count));
        string Attributes(int count) => Sections(1) + string.Concat(Enumerable.Repeat("a=x\r\n", count));
        string OfSize(int size_bytes) => start + "i=" + new string('x', size_bytes - start.Length - 2);

        Assert.True(Parses(Sections(SessionDescription.MaxMedia)));
        Assert.False(Parses(Sections(SessionDescription.MaxMedia + 1)));
        Assert.True(Parses(Attributes(64)));
        Assert.False(Parses(Attributes(65)));
        Assert.True(Parses(OfSize(SessionDescription.MaxDescription_bytes)));
        Assert.False(Parses(OfSize(SessionDescription.MaxDescription_bytes + 1)));
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<IPAddress> address = Gen.Frequency(
            (3, Gen.Choose(0, 255).ArrayOf(4).Select(octets => new IPAddress([.. octets.Select(octet => (byte)octet)]))),
            (1, Gen.Choose(0, 255).ArrayOf(16).Select(octets => new IPAddress([.. octets.Select(octet => (byte)octet)]))));
        Gen<string> word = Gen.Elements("8", "0 8 101", "MCPTT", "x;y=z");
        Gen<MediaDescription> section =
            from kind in Gen.Elements("audio", "application", "video")
            from port in Gen.Choose(0, 65535)
            from format in word
            from connection in address.OrNull()
            from timeToLive in Gen.Choose(0, 255)
            from information in Gen.Elements<string?>(null, "speech")
            from attributes in Gen.Elements("rtpmap:8 PCMA/8000", "fmtp:MCPTT mc_queueing;mc_priority=3", "label:multicast", "sendonly").ListOf()
            select new MediaDescription
            {
                Kind = kind,
                Port = port,
                Protocol = kind == "application" ? "udp" : "RTP/SAVP",
                Format = format,
                Connection = connection,
                TimeToLive = connection is null || connection.GetAddressBytes().Length > 4 ? null : timeToLive,
                Information = information,
                Attributes = [.. attributes.Take(64)],
            };
        Gen<SessionDescription> descriptions =
            from connection in address
            from id in Gen.Choose(0, int.MaxValue)
            from media in Gen.Choose(0, SessionDescription.MaxMedia).SelectMany(count => section.ArrayOf(count))
            select new SessionDescription { OriginUser = "u", SessionId = (ulong)id << 20, SessionVersion = (ulong)id, Connection = connection, Media = media };
        Prop.ForAll(descriptions.ToArbitrary(), description =>
            SessionDescription.TryParse(description.Serialise(), out SessionDescription read, out _) && Same(read, description))
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Truncated_and_mutated_descriptions_never_throw()
    {
        byte[] seed = Part(SipText.Request(ControlExamples.BroadcastInvite)).ToArray();
        Prop.ForAll(Mutation.Of(seed).ToArbitrary(), bytes =>
        {
            if (!SessionDescription.TryParse(bytes, out SessionDescription read, out string reason))
                return reason.Length > 0;
            foreach (MediaDescription media in read.Media)
                _ = (read.EndPointOf(media), media.FloorParameters.Count);
            return SessionDescription.TryParse(read.Serialise(), out _, out _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("c=IN IP4 0.0.0.0", "4000", "4002")]
    [InlineData("c=IN IP4 0.1.2.3", "4000", "4002")]
    [InlineData("c=IN IP4 224.0.0.1", "4000", "4002")]
    [InlineData("c=IN IP4 239.192.1.1/1", "4000", "4002")]
    [InlineData("c=IN IP4 255.255.255.255", "4000", "4002")]
    [InlineData("c=IN IP6 ::1", "4000", "4002")]
    [InlineData("c=IN IP6 ff02::1", "4000", "4002")]
    [InlineData("c=IN IP4 192.0.2.10", "0", "4002")]
    [InlineData("c=IN IP4 192.0.2.10", "4000", "0")]
    public void A_caller_at_an_address_nobody_may_be_at_is_refused(string connection, string audioPort, string floorPort)
    {
        var mcx = new McSystemHarness();
        mcx.Register("alice");
        mcx.Register("bob");
        mcx.Affiliate("alice", TestOrganisation.Fire);
        mcx.Affiliate("bob", TestOrganisation.Fire);
        string body = $"{Head}{connection}\r\nm=audio {audioPort} RTP/SAVP 8\r\nm=application {floorPort} udp MCPTT\r\n";
        var invite = new SipRequest(SipMethods.Invite, "sip:mcptt@mcx.example");
        invite.Headers.Add("From", "<sip:u-alice@mcx.example>;tag=1");
        invite.Headers.Add("To", "<sip:mcptt@mcx.example>");
        invite.Headers.Add("Call-ID", "amplifier");
        invite.Headers.Add("CSeq", "1 INVITE");
        invite.Headers.Add("Contact", "<sip:u-alice@192.0.2.10>");
        invite.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        byte[] both = MultipartBody.Compose(
            [
                new MimePart(ContentTypes.Sdp, Encoding.UTF8.GetBytes(body)),
                new MimePart(ContentTypes.McpttInfo, new McpttInfo { SessionType = "prearranged", RequestUri = TestOrganisation.Fire }.Serialise()),
            ], out string contentType);
        invite.SetBody(contentType, both);

        Assert.Equal(488, mcx.Send("alice", invite).Status);
        Assert.Empty(mcx.Media);
        Assert.Equal(0, mcx.System.CallCount);
    }

    private static bool Parses(string text) => SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _, out _);

    private static SessionDescription Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static SessionDescription Read(ReadOnlyMemory<byte> body)
    {
        Assert.True(SessionDescription.TryParse(body, out SessionDescription description, out string reason), reason);
        return description;
    }

    private static ReadOnlyMemory<byte> Part(SipMessage message) =>
        MultipartBody.PartsOf(message).Single(part => part.MediaType == ContentTypes.Sdp).Body;

    private static bool Same(SessionDescription left, SessionDescription right) =>
        left with { Media = [] } == right with { Media = [] }
        && left.Media.Count == right.Media.Count
        && left.Media.Zip(right.Media).All(pair =>
            pair.First with { Attributes = [] } == pair.Second with { Attributes = [] } && pair.First.Attributes.SequenceEqual(pair.Second.Attributes));
}
