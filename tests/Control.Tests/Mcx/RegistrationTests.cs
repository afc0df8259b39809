using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Several contacts and flows of a client, and clients behind proxies.</summary>
public sealed class RegistrationTests
{
    private const string Instance = "+sip.instance=\"<urn:uuid:1>\"";
    private readonly McSystemHarness _mcx = new(organisation: PlainSipTests.Organisation());

    [Fact]
    public void Two_telephones_of_a_user_are_one_client_and_the_next_is_called_when_the_first_is_not_reached()
    {
        _mcx.SetFlow("desk", SipTransportKind.Udp, "192.0.2.20:5060", 0);
        _mcx.SetFlow("mobile", SipTransportKind.Tcp, "192.0.2.21:40000", 7);
        Assert.Equal(200, _mcx.RegisterFrom("mobile", "phone", "Contact: <sip:u-phone@192.0.2.21:5070;transport=tcp>;q=0.5").Status);
        SipResponse both = _mcx.RegisterFrom("desk", "phone", "Contact: <sip:u-phone@192.0.2.20:5060>");
        Assert.Equal(
            ["<sip:u-phone@192.0.2.20:5060>;expires=3600", "<sip:u-phone@192.0.2.21:5070;transport=tcp>;expires=3600;q=0.5"],
            both.Headers.GetAll("Contact"));
        RegisterAlice();

        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal("sip:u-phone@192.0.2.20:5060", _mcx.Unanswered.Single().Request.RequestUri);
        _mcx.Fail("phone");

        (long _, string _, SipRequest second) = _mcx.Unanswered.Single();
        Assert.Equal("sip:u-phone@192.0.2.21:5070;transport=tcp", second.RequestUri);
        Assert.Equal((SipTransportKind.Tcp, 7L), (_mcx.Destinations[^1].Transport, _mcx.Destinations[^1].Flow!.Value.Connection));
        _mcx.AnswerPlain("phone", PlainSipTests.Sdp("RTP/SAVP", "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"));
        Assert.Equal(200, _mcx.LateAnswer!.Status);
        Assert.Contains(_mcx.Events, entry => entry.Name == "call-member-joined");
    }

    [Fact]
    public void A_registration_ends_when_its_last_refresh_says_so()
    {
        string[] names = ["alice", "bob", "carol", "erin"];
        var random = new Random(7);
        var ends = new Dictionary<string, TimeSpan>();
        for (int i = 0; i < 300; i++)
        {
            string name = names[random.Next(names.Length)];
            TimeSpan lasts = TimeSpan.FromSeconds(random.Next(60, 600));
            Assert.Equal(200, _mcx.Register(name, (int)lasts.TotalSeconds).Status);
            ends[name] = _mcx.Now - Instant.Zero + lasts;
            _mcx.Now += TimeSpan.FromSeconds(random.Next(5, 90));
            _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));

            string[] left = [.. ends.Where(end => end.Value > _mcx.Now - Instant.Zero).Select(end => TestOrganisation.Id(end.Key)).Order()];
            Assert.Equal(left, _mcx.System.Registrations.Select(registration => registration.McpttId).Order());
        }
    }

    [Theory]
    [InlineData(430)]
    [InlineData(408)]
    [InlineData(480)]
    public void A_proxy_that_does_not_reach_the_flow_is_as_good_as_no_answer(int status)
    {
        RegisterFlows();
        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal(11L, _mcx.Destinations[^1].Flow!.Value.Connection);

        _mcx.Answer("bob", status);
        Assert.Equal(10L, _mcx.Destinations[^1].Flow!.Value.Connection);
        Assert.Null(_mcx.LateAnswer);
        _mcx.Answer("bob", status);

        // Nobody else can be reached.
        Assert.Equal(480, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void A_client_that_refuses_was_reached()
    {
        RegisterFlows();
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob", 486);

        Assert.Empty(_mcx.Unanswered);
        Assert.Equal(480, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void When_every_flow_failed_that_is_what_is_told()
    {
        RegisterFlows();
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Fail("bob");
        _mcx.Fail("bob");

        Assert.Contains(_mcx.Events, entry => entry.Name == "call-member-failed" && entry.Detail.Contains("(430)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flow_that_closed_is_passed_over_until_it_registers_again()
    {
        RegisterFlows();
        _mcx.CloseFlow("bob-2");
        _mcx.Call("alice", TestOrganisation.Fire);

        Assert.Equal(10L, _mcx.Destinations[^1].Flow!.Value.Connection);
        Assert.Equal("sip:u-bob@b1.invalid;transport=ws;ob", _mcx.Unanswered.Single().Request.RequestUri);
        _mcx.SetFlow("bob-2", SipTransportKind.Wss, "192.0.2.31:50001", 12);
        SipResponse again = _mcx.RegisterFrom("bob-2", "bob", $"Contact: <sip:u-bob@b3.invalid;transport=ws;ob>;reg-id=2;{Instance}", "Supported: outbound");
        Assert.Equal("outbound", again.Headers.Get("Require"));
        Assert.Equal(
            ["sip:u-bob@b3.invalid;transport=ws;ob", "sip:u-bob@b1.invalid;transport=ws;ob"],
            Assert.Single(_mcx.System.Registrations, registration => registration.McpttId == TestOrganisation.Id("bob")).Bindings.Select(binding => binding.Contact));
    }

    [Fact]
    public void A_second_flow_is_no_new_start_of_its_client()
    {
        _mcx.Organisation = TestOrganisation.CreateManaged();
        _mcx.KillAndRestart();
        RegisterFlows();

        // What a client that starts is logged with.
        Assert.Single(_mcx.Events, entry => entry.Name == "registered" && entry.Subject == TestOrganisation.Id("bob"));
    }

    [Fact]
    public void Requests_to_a_client_behind_a_proxy_follow_its_path()
    {
        _mcx.Register("bob");
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.SetFlow("edge", SipTransportKind.Udp, "192.0.2.99:5060", 0);
        RegisterBehindProxy("bob", 1);
        RegisterAlice();

        _mcx.Call("alice", TestOrganisation.Fire);

        SipRequest invite = _mcx.Unanswered.Single().Request;
        Assert.Equal("sip:u-bob@10.0.0.1:5060", invite.RequestUri);
        Assert.Equal(["<sip:edge.example;lr;client=bob>"], invite.Headers.GetAll("Route"));
        Assert.Equal("192.0.2.99:5060", _mcx.Destinations[^1].Remote.ToString());
    }

    [Theory]
    [InlineData(SipTransportKind.Udp, 0)]
    [InlineData(SipTransportKind.Tcp, 5)]
    public void Who_comes_through_a_proxy_is_authenticated_each_time(SipTransportKind transport, long connection)
    {
        _mcx.SetFlow("edge", transport, "192.0.2.99:5060", connection);
        RegisterBehindProxy("bob", 1);
        RegisterBehindProxy("alice", 2);

        SipResponse answer = _mcx.Send("edge", Behind(_mcx.AffiliateRequest("bob", TestOrganisation.Fire)));
        Assert.Equal(401, answer.Status);
        // As if it came from the proxy itself.
        Assert.Equal(401, _mcx.Send("edge", _mcx.AffiliateRequest("bob", TestOrganisation.Fire)).Status);
    }

    [Fact]
    public void A_path_and_flows_outlive_the_process()
    {
        RegisterFlows();
        _mcx.SetFlow("edge", SipTransportKind.Udp, "192.0.2.99:5060", 0);
        RegisterBehindProxy("carol", 1);

        _mcx.KillAndRestart();

        Registration carol = Assert.Single(_mcx.System.Registrations, registration => registration.McpttId == TestOrganisation.Id("carol"));
        Assert.Equal(["<sip:edge.example;lr;client=carol>"], carol.Bindings[0].Path);
        Registration bob = Assert.Single(_mcx.System.Registrations, registration => registration.McpttId == TestOrganisation.Id("bob"));
        Assert.Equal([2, 1], bob.Bindings.Select(binding => binding.RegId));
        Assert.Equal(2, _mcx.RegisterFrom("bob-1", "bob", $"Contact: <sip:u-bob@b9.invalid>;reg-id=1;{Instance}", "Supported: outbound").Headers.GetAll("Contact").Count);
    }

    [Fact]
    public void A_query_lists_all_clients_of_the_user_and_needs_no_client_identity()
    {
        RegisterFlows();
        SipResponse answer = _mcx.RegisterFrom("bob-1", "bob");

        Assert.Equal((200, 2), (answer.Status, answer.Headers.GetAll("Contact").Count));
        Assert.Empty(_mcx.RegisterFrom("carol-1", "carol").Headers.GetAll("Contact"));
    }

    [Fact]
    public void A_star_ends_all_clients_of_the_user()
    {
        RegisterFlows();
        Assert.Equal(200, _mcx.RegisterFrom("bob-1", "bob", "Contact: *", "Expires: 0").Status);

        Assert.DoesNotContain(_mcx.System.Registrations, registration => registration.McpttId == TestOrganisation.Id("bob"));
        Assert.DoesNotContain(_mcx.System.Affiliations, affiliation => affiliation.McpttId == TestOrganisation.Id("bob"));
    }

    [Fact]
    public void Contacts_end_one_by_one_and_with_the_last_the_client()
    {
        _mcx.SetFlow("desk", SipTransportKind.Udp, "192.0.2.20:5060", 0);
        _mcx.SetFlow("mobile", SipTransportKind.Tcp, "192.0.2.21:40000", 7);
        _mcx.RegisterFrom("desk", "phone", "Contact: <sip:u-phone@192.0.2.20:5060>;expires=60");
        _mcx.RegisterFrom("mobile", "phone", "Contact: <sip:u-phone@192.0.2.21:5070;transport=tcp>;expires=300");

        _mcx.Wait(TimeSpan.FromSeconds(70));
        Assert.Equal(["sip:u-phone@192.0.2.21:5070;transport=tcp"], Assert.Single(_mcx.System.Registrations).Bindings.Select(binding => binding.Contact));
        Assert.Single(Assert.Single(_mcx.Stored.OfType<Registration>()).Bindings);
        Assert.Single(_mcx.System.Affiliations);
        _mcx.Wait(TimeSpan.FromSeconds(240));
        Assert.Empty(_mcx.System.Registrations);
        Assert.Empty(_mcx.System.Affiliations);
        Assert.Empty(_mcx.Stored.OfType<Registration>());
    }

    [Fact]
    public void A_connection_that_carries_many_clients_takes_the_flows_of_all_of_them_with_it()
    {
        foreach ((string name, int i) in new[] { "alice", "bob", "carol", "dave" }.Select((name, i) => (name, i)))
        {
            _mcx.SetFlow(name, SipTransportKind.Tls, "192.0.2.50:5061", 3);
            _mcx.RegisterFrom(name, name, $"Contact: <sip:u-{name}@192.0.2.50:{6000 + i};transport=tls>");
            _mcx.Affiliate(name, i < 2 ? TestOrganisation.Fire : TestOrganisation.Ambulance);
        }
        // One leaves the middle of those bound to it.
        _mcx.SetFlow("bob", SipTransportKind.Tls, "192.0.2.51:5061", 4);
        _mcx.RegisterFrom("bob", "bob", "Contact: <sip:u-bob@192.0.2.51:6001;transport=tls>");

        _mcx.CloseFlow("carol");

        _mcx.SetFlow("alice", SipTransportKind.Tls, "192.0.2.52:5061", 5);
        _mcx.RegisterFrom("alice", "alice", "Contact: <sip:u-alice@192.0.2.52:6002;transport=tls>");
        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal(4L, _mcx.Destinations[^1].Flow!.Value.Connection);
        _mcx.SetFlow("dave", SipTransportKind.Tls, "192.0.2.53:5061", 6);
        _mcx.RegisterFrom("dave", "dave", "Contact: <sip:u-dave@192.0.2.53:6003;transport=tls>");
        _mcx.Call("dave", TestOrganisation.Ambulance);
        Assert.Null(_mcx.Destinations[^1].Flow);
    }

    private void RegisterAlice()
    {
        _mcx.Register("alice");
        _mcx.Affiliate("alice", TestOrganisation.Fire);
    }

    private void RegisterFlows()
    {
        RegisterAlice();
        _mcx.SetFlow("bob-1", SipTransportKind.Wss, "192.0.2.30:50000", 10);
        _mcx.SetFlow("bob-2", SipTransportKind.Wss, "192.0.2.31:50000", 11);
        _mcx.RegisterFrom("bob-1", "bob", $"Contact: <sip:u-bob@b1.invalid;transport=ws;ob>;reg-id=1;{Instance}", "Supported: outbound");
        _mcx.RegisterFrom("bob-2", "bob", $"Contact: <sip:u-bob@b2.invalid;transport=ws;ob>;reg-id=2;{Instance}", "Supported: outbound");
        Assert.Equal(200, _mcx.Send("bob-1", _mcx.AffiliateRequest("bob", TestOrganisation.Fire)).Status);
    }

    private void RegisterBehindProxy(string name, int host) => Assert.Equal(200, _mcx.RegisterFrom("edge", name,
        $"Contact: <sip:u-{name}@10.0.0.{host}:5060>", "Supported: path", $"Path: <sip:edge.example;lr;client={name}>",
        "Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKe", $"Via: SIP/2.0/UDP 10.0.0.{host};branch=z9hG4bKc").Status);

    private static SipRequest Behind(SipRequest request)
    {
        request.Headers.Add("Via", "SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKe");
        request.Headers.Add("Via", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKc");
        return request;
    }
}
