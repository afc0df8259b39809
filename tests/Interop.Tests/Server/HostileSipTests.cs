using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>Everything but good manners at the SIP ports: each gets its answer or its counter, nothing is stored, the server serves on.</summary>
[Collection("server")]
public sealed class HostileSipTests
{
    private const string Regroup = "sip:hostile@mcx.example";
    private const string Preconfigured = $"<preconfig-group-id><preconfigured-group>{EmbeddedOrganisation.PreconfiguredGroup}</preconfigured-group></preconfig-group-id>";
    private const string Uri = $"<mcptt-regroup-uri><mcptt-regroup-uri>{Regroup}</mcptt-regroup-uri></mcptt-regroup-uri>";
    private const string Fire = $"<groups-for-regroup><group>{EmbeddedOrganisation.FireGroup}</group></groups-for-regroup>";
    private const string Create = "<regroup-action>create</regroup-action>";
    private const string Remove = "<regroup-action>remove</regroup-action>";

    private static readonly TimeSpan T1 = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_and_damaged_datagrams_change_nothing()
    {
        const int datagrams = 3000;
        await using var system = new HostileSystem();
        using RawSip raw = await RawSip.ConnectAsync(system, "alice");
        byte[][] seeds = [.. new[] { raw.Register(), raw.Publish(EmbeddedOrganisation.FireGroup), raw.Message(Body(Preconfigured + Uri + Fire + Create)), Invite(raw) }.Select(request => request.ToBytes())];
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(system.Server.SipEndPoint(SipTransportKind.Udp));
        var random = new Random(4475);
        for (int i = 0; i < datagrams; i++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            byte[] datagram = random.Next(4) switch
            {
                0 => Octets(random, random.Next(1500)),
                1 => seed[..random.Next(seed.Length)],
                2 => [.. seed[..random.Next(seed.Length)], .. seed[random.Next(seed.Length)..]],
                _ => Changed(random, seed),
            };
            await socket.SendAsync(datagram, Cancellation);
            // A question in between shows that what was sent before was read, whatever became of it.
            if (i % 100 == 99)
                await AssertAnswersAsync(socket, i);
        }

        long counted = system.Server.SipCounters[SipCounter.MalformedDropped] + system.Server.SipCounters[SipCounter.BadRequestAnswered];
        Assert.InRange(counted, datagrams / 3, datagrams);
        Assert.Equal((0, 0, 0, 0), await system.HeldAsync());
        await system.AssertServesAsync(Cancellation);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u0003")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003")]
    [InlineData("\nOPTIONS sip:a SIP/2.0\r\n")]
    [InlineData("OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n")]
    [InlineData("OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nContent-Length: 65536\r\n\r\n")]
    [InlineData("OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nContent-Length: 4294967295\r\n\r\n")]
    [InlineData("OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nContent-Length: 0\r\nl: 5\r\n\r\n")]
    public async Task A_stream_that_cannot_be_framed_is_closed(string text)
    {
        await using var system = new HostileSystem();
        using RawSip raw = await RawSip.ConnectAsync(system, "alice");

        await raw.SendAsync(Encoding.Latin1.GetBytes(text));

        Assert.Null(await raw.ReadAsync());
        Assert.Equal(1, system.Server.SipCounters[SipCounter.FramingErrorClosed]);
        Assert.Equal((0, 0, 0, 0), await system.HeldAsync());
    }

    [Fact]
    public async Task Streams_may_be_cut_anywhere_but_not_grow_without_end()
    {
        await using var system = new HostileSystem();
        using RawSip split = await RawSip.ConnectAsync(system, "alice");
        byte[] options = split.New(SipMethods.Options).ToBytes();
        foreach (byte octet in options)
            await split.SendAsync(new[] { octet });
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await split.ReadAsync()).Status);
        await split.SendAsync((byte[])[.. split.New(SipMethods.Options).ToBytes(), .. "\r\n\r\n"u8, .. split.New("NONSENSE").ToBytes()]);
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await split.ReadAsync()).Status);
        Assert.Equal(405, Assert.IsAssignableFrom<SipResponse>(await split.ReadAsync()).Status);

        using RawSip huge = await RawSip.ConnectAsync(system, "alice");
        await huge.SendAsync("OPTIONS sip:a@b SIP/2.0\r\nSubject: "u8.ToArray());
        try
        {
            for (int i = 0; i < 64; i++)
                await huge.SendAsync(Encoding.ASCII.GetBytes(new string('x', 1024)));
        }
        catch (IOException)
        {
            // Closed while it was being written to.
        }
        Assert.Null(await huge.ReadAsync());
        using RawSip large = await RawSip.ConnectAsync(system, "alice");
        SipRequest oversized = large.Message(new byte[SipLimits.Default.MaxMessage_bytes]);
        try
        {
            await large.SendAsync(oversized.ToBytes());
        }
        catch (IOException)
        {
            // The same.
        }
        Assert.Null(await large.ReadAsync());

        using RawSip many = await RawSip.ConnectAsync(system, "alice");
        SipRequest headers = many.New(SipMethods.Options);
        for (int i = 0; i < SipLimits.Default.MaxHeaders; i++)
            headers.Headers.Add("X", "y");
        Assert.Equal(400, (await many.ExchangeAsync(headers)).Status);
        Assert.Equal(2, system.Server.SipCounters[SipCounter.FramingErrorClosed]);
        await system.AssertServesAsync(Cancellation);
    }

    [Theory]
    [InlineData(SipMethods.Register, 401)]
    [InlineData(SipMethods.Publish, 401)]
    [InlineData(SipMethods.Message, 401)]
    [InlineData(SipMethods.Invite, 401)]
    [InlineData(SipMethods.Options, 200)]
    [InlineData(SipMethods.Bye, 481)]
    [InlineData(SipMethods.Cancel, 481)]
    [InlineData(SipMethods.Subscribe, 401)]
    [InlineData(SipMethods.Notify, 405)]
    [InlineData(SipMethods.Refer, 405)]
    [InlineData(SipMethods.Info, 405)]
    [InlineData(SipMethods.Update, 481)]
    [InlineData(SipMethods.Prack, 481)]
    [InlineData("NONSENSE", 405)]
    [InlineData("register", 405)]
    public async Task A_stranger_gets_the_answer_the_method_has_for_strangers(string method, int status)
    {
        await using var system = new HostileSystem();
        using RawSip raw = await RawSip.ConnectAsync(system, "dispatcher");
        SipRequest request = raw.New(method);
        request.Headers.Add("Contact", "<sip:raw@127.0.0.1>");
        request.SetBody(ContentTypes.McpttRegroup, Body(Preconfigured + Uri + Fire + Create));

        SipResponse response = await raw.ExchangeAsync(request);

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 401, response.Headers.Contains("WWW-Authenticate"));
        Assert.Equal(status == 405, response.Headers.Contains("Allow") && status != 200);
        Assert.Equal((0, 0, 0, 0), await system.HeldAsync());
    }

    [Fact]
    public async Task Nobody_speaks_for_another_or_without_the_password()
    {
        await using var system = new HostileSystem();
        using RawSip alice = await RawSip.ConnectAsync(system, "alice");
        string dispatcher = system.Profile("dispatcher").SipUser;
        SipRequest As(SipRequest request, string header)
        {
            request.Headers.Set(header, header == "From" ? $"<{dispatcher}>;tag=raw" : $"<{dispatcher}>");
            return request;
        }

        SipResponse wrongPassword = await alice.RequestAsync(alice.Register, password: "guess");
        SipResponse wrongFrom = await alice.RequestAsync(() => As(alice.Register(), "From"));
        SipResponse wrongTo = await alice.RequestAsync(() => As(alice.Register(), "To"));
        SipResponse wrongIdentity = await alice.RequestAsync(() => As(alice.Register(), "P-Preferred-Identity"));

        Assert.All([wrongPassword, wrongFrom, wrongTo, wrongIdentity], response => Assert.Equal((403, 101), (response.Status, RawSip.WarningOf(response))));
        Assert.Equal((0, 0, 0, 0), await system.HeldAsync());
        Assert.Equal(200, (await alice.RequestAsync(alice.Register)).Status);
        // The document of an affiliation is about its publisher, too.
        SipRequest foreign = alice.Publish();
        foreign.SetBody(ContentTypes.Pidf, new AffiliationDocument { Entity = "sip:bob@mcx.example", ClientId = alice.Profile.ClientId, Groups = [EmbeddedOrganisation.FireGroup] }.Serialise());
        Assert.Equal((403, 101), Answer(await alice.ExchangeAsync(foreign)));
        Assert.Equal((404, 113), Answer(await alice.ExchangeAsync(alice.Publish("sip:no-such-group@mcx.example"))));
        Assert.Equal((403, 116), Answer(await alice.ExchangeAsync(alice.Publish(EmbeddedOrganisation.AmbulanceGroup))));
        Assert.Equal((403, 160), Answer(await alice.ExchangeAsync(alice.Message(Body(Preconfigured + Uri + Fire + Create)))));
        Assert.Equal((403, 161), Answer(await alice.ExchangeAsync(alice.Message(Body(Uri + Remove)))));
        Assert.Equal((403, 120), Answer(await alice.ExchangeAsync(Invite(alice))));
        Assert.Equal((1, 0, 0, 0), await system.HeldAsync());
    }

    private static readonly (string What, string Body, int Status, int? Warning)[] RefusedBodies =
    [
        ("dtd", "<!DOCTYPE mcpttregroup [<!ENTITY e \"x\">]>" + Text(Preconfigured + Uri + Fire + Create), 400, null),
        ("external entity", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>" + Text(Preconfigured + "<mcptt-regroup-uri>&e;</mcptt-regroup-uri>" + Fire + Create), 400, null),
        ("entity bomb", "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><mcpttregroup>&c;</mcpttregroup>", 400, null),
        ("deep nesting", string.Concat(Enumerable.Repeat("<a>", 9000)) + string.Concat(Enumerable.Repeat("</a>", 9000)), 400, null),
        ("many elements", $"<mcpttregroup>{string.Concat(Enumerable.Repeat("<a/>", 15_500))}</mcpttregroup>", 403, 150),
        ("no xml", "create", 400, null),
        ("wrong root", "<mcpttregroupinfo xmlns='urn:3gpp:ns:mcpttRegroupInfo:1.0'/>", 403, 150),
        ("both lists", Text(Preconfigured + Uri + Fire + "<users-for-regroup><user>sip:alice@mcx.example</user></users-for-regroup>" + Create), 403, 150),
        ("neither list", Text(Preconfigured + Uri + Create), 403, 150),
        ("unknown action", Text(Preconfigured + Uri + Fire + "<regroup-action>merge</regroup-action>"), 403, 150),
        ("group twice", Text(Preconfigured + Uri + $"<groups-for-regroup><g>{EmbeddedOrganisation.FireGroup}</g><g>sip:%66ire-1@MCX.example;x=y</g></groups-for-regroup>" + Create), 403, 150),
        ("no uri", Text(Preconfigured + Uri + "<groups-for-regroup><g>fire-1</g></groups-for-regroup>" + Create), 403, 150),
        ("foreign scheme", Text(Preconfigured + "<mcptt-regroup-uri>javascript:alert(1)</mcptt-regroup-uri>" + Fire + Create), 403, 150),
        ("long identity", Text(Preconfigured + $"<mcptt-regroup-uri>sip:{new string('r', 300)}@mcx.example</mcptt-regroup-uri>" + Fire + Create), 403, 150),
        ("regroup of itself", Text(Preconfigured + $"<mcptt-regroup-uri>{EmbeddedOrganisation.FireGroup}</mcptt-regroup-uri>" + Fire + Create), 403, 150),
        ("identity of a group", Text(Preconfigured + $"<mcptt-regroup-uri>{EmbeddedOrganisation.AmbulanceGroup}</mcptt-regroup-uri>" + Fire + Create), 403, 165),
        ("unknown group", Text(Preconfigured + Uri + "<groups-for-regroup><g>sip:none@mcx.example</g></groups-for-regroup>" + Create), 403, 163),
        ("unknown preconfigured group", Text("<preconfig-group-id>sip:none@mcx.example</preconfig-group-id>" + Uri + Fire + Create), 404, 113),
        ("removal of nothing", Text(Uri + Remove), 403, 163),
    ];

    [Fact]
    public async Task A_regroup_request_that_may_not_be_is_refused_for_its_reason_and_leaves_nothing()
    {
        await using var system = new HostileSystem();
        using RawSip dispatcher = await RawSip.ConnectAsync(system, "dispatcher");
        Assert.Equal((404, 141), Answer(await dispatcher.RequestAsync(() => dispatcher.Message(Body(Preconfigured + Uri + Fire + Create)))));
        Assert.Equal(200, (await dispatcher.RequestAsync(dispatcher.Register)).Status);
        foreach ((string what, string body, int status, int? warning) in RefusedBodies)
        {
            (int, int?) answer = Answer(await dispatcher.ExchangeAsync(dispatcher.Message(Encoding.UTF8.GetBytes(body))));
            Assert.True((status, warning) == answer, $"{what}: {answer} instead of {(status, warning)}");
        }
        SipRequest unsupported = dispatcher.New(SipMethods.Message);
        unsupported.SetBody("text/plain", "hello"u8.ToArray());
        Assert.Equal(415, (await dispatcher.ExchangeAsync(unsupported)).Status);
        SipRequest required = dispatcher.Message(Body(Preconfigured + Uri + Fire + Create));
        required.Headers.Add("Require", "time-travel");
        Assert.Equal(420, (await dispatcher.ExchangeAsync(required)).Status);

        Assert.Equal((1, 0, 0, 0), await system.HeldAsync());
        await system.AssertServesAsync(Cancellation);
        Assert.Equal(200, (await dispatcher.ExchangeAsync(dispatcher.Message(Body(Preconfigured + Uri + Fire + Create)))).Status);
        Assert.Equal((403, 165), Answer(await dispatcher.ExchangeAsync(dispatcher.Message(Body(Preconfigured + Uri + Fire + Create)))));
    }

    private static (int, int?) Answer(SipResponse response) => (response.Status, RawSip.WarningOf(response));

    private static string Text(string parameters) =>
        $"<mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'><mcpttregroup-Params>{parameters}</mcpttregroup-Params></mcpttregroup>";

    private static byte[] Body(string parameters) => Encoding.UTF8.GetBytes(Text(parameters));

    private static SipRequest Invite(RawSip raw) =>
        raw.Invite(EmbeddedOrganisation.FireGroup, new IPEndPoint(IPAddress.Loopback, 4000), new IPEndPoint(IPAddress.Loopback, 4002));

    private static byte[] Octets(Random random, int length)
    {
        byte[] octets = new byte[length];
        random.NextBytes(octets);
        return octets;
    }

    private static byte[] Changed(Random random, byte[] seed)
    {
        byte[] copy = [.. seed];
        for (int i = random.Next(1, 20); i > 0; i--)
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }

    private static async Task AssertAnswersAsync(UdpClient socket, int number)
    {
        string callId = $"still-there-{number}";
        byte[] options = Encoding.ASCII.GetBytes(
            $"OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK{callId};rport\r\nMax-Forwards: 70\r\n" +
            $"From: <sip:a@b>;tag=1\r\nTo: <sip:mcptt@mcx.example>\r\nCall-ID: {callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        // Strangers' answers have a budget, which the hostile ones may have used up: a client repeats its request (Timer E).
        await socket.SendAsync(options, limit.Token);
        Task repeated = Task.Delay(T1, limit.Token);
        Task<UdpReceiveResult> receiving = socket.ReceiveAsync(limit.Token).AsTask();
        while (true)
        {
            if (await Task.WhenAny(receiving, repeated) == repeated)
            {
                await socket.SendAsync(options, limit.Token);
                repeated = Task.Delay(T1, limit.Token);
                continue;
            }
            UdpReceiveResult received = await receiving;
            receiving = socket.ReceiveAsync(limit.Token).AsTask();
            if (SipParser.TryParse(received.Buffer, SipLimits.Default, out SipMessage? message) == SipParseOutcome.Ok
                && message is SipResponse { Status: 200 } && message.CallId == callId)
            {
                await limit.CancelAsync();
                await receiving.ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }
        }
    }
}
