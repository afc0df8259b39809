using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// Headers by which nodes that trust each other say who somebody is or what he may (RFC 3325, RFC 5502, RFC 7315, RFC 8101): from
/// a client they are so much text.
/// </summary>
public sealed class HeadersOfTrustTests
{
    private const string RegroupId = "sip:regroup-1@mcx.example";
    private static readonly string s_dispatcher = "sip:u-dispatcher@mcx.example";

    private readonly McSystemHarness _mcx = new(organisation: WithChief("dispatcher"));

    public static TheoryData<string, string> Headers() => new(
        ("P-Asserted-Identity", $"<{s_dispatcher}>"),
        ("P-Asserted-Identity", $"\"Dispatcher\" <{TestOrganisation.Id("dispatcher")}>, <tel:+1>"),
        ("P-Asserted-Service", "urn:urn-7:3gpp-service.ims.icsi.mcptt"),
        ("P-Preferred-Service", "urn:urn-7:3gpp-service.ims.icsi.mcptt"),
        ("P-Served-User", $"<{s_dispatcher}>;sescase=orig;regstate=reg"),
        ("P-Profile-Key", $"<{s_dispatcher}>"),
        ("P-Access-Network-Info", "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100000000001;network-provided"),
        ("P-Visited-Network-ID", "mcx.example"),
        ("P-Associated-URI", $"<{s_dispatcher}>"),
        ("Identity", "eyJhbGciOiJFUzI1NiJ9;info=<https://mcx.example/cert>"),
        ("Resource-Priority", "mcpttp.15, esnet.4"),
        ("Priority", "emergency"),
        ("Warning", "399 mcx.example \"149 SIP INFO request pending\""),
        ("Route", "<sip:trusted@mcx.example;lr;orig>"),
        ("Integrity-Protected", "yes"));

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_stranger_stays_a_stranger(string name, string value)
    {
        _mcx.Register("dispatcher");
        SipRequest request = RegroupRequest("dispatcher", name, value);
        Assert.Equal(401, _mcx.Send("carol", request).Status);
        Assert.Empty(_mcx.System.Regroups);
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_user_gets_nobody_elses_rights(string name, string value)
    {
        foreach (string user in (string[])["alice", "bob", "carol", "dispatcher"])
            _mcx.Register(user);
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Events.Clear();

        SipResponse response = _mcx.Send("carol", RegroupRequest("carol", name, value));

        Assert.Equal(403, response.Status);
        Assert.Empty(_mcx.System.Regroups);
        Assert.Equal(TestOrganisation.Id("carol"), Assert.Single(_mcx.Events).Subject);
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void Nothing_of_them_is_passed_on(string name, string value)
    {
        foreach (string user in (string[])["alice", "bob"])
        {
            _mcx.Register(user);
            _mcx.Affiliate(user, TestOrganisation.Fire);
        }
        _mcx.Media.Clear();
        _mcx.Change = request => request.Headers.Add(name, value);

        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));

        SipRequest invite = Assert.Single(_mcx.Invites).Request;
        Assert.DoesNotContain("dispatcher", invite.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("<sip:mcptt@mcx.example>", invite.Headers.Get("P-Asserted-Identity"));
        if (name is not ("P-Asserted-Identity" or "P-Asserted-Service"))
            Assert.False(invite.Headers.Contains(name));
        // What makes a call urgent is its mcptt-info and the user's right to it.
        Assert.Equal(Floor.FloorIndicator.Normal, Assert.Single(_mcx.Media.OfType<MediaEffect.OpenCall>()).FloorPolicy.CallType);
    }

    [Fact]
    public void Priority_under_overload_is_for_users_who_may_make_urgent_calls()
    {
        Assert.All(Vouched("alice"), vouch => Assert.False(vouch.MayClaimPriority));
        Assert.All(Vouched("dispatcher"), vouch => Assert.True(vouch.MayClaimPriority));

        IReadOnlyList<SignallingEffect.Vouch> Vouched(string name)
        {
            _mcx.Vouched.Clear();
            Assert.Equal(200, _mcx.Register(name).Status);
            Assert.NotEmpty(_mcx.Vouched);
            return _mcx.Vouched;
        }
    }

    private static Organisation WithChief(string name)
    {
        Organisation organisation = TestOrganisation.Create();
        return new Organisation(
            TestOrganisation.Domain,
            organisation.Users.Select(user => user with { AllowEmergencyGroupCall = user.McpttId == TestOrganisation.Id(name) }),
            organisation.Groups);
    }

    private static SipRequest RegroupRequest(string name, string header, string value)
    {
        var request = new SipRequest(SipMethods.Message, "sip:mcptt@mcx.example");
        request.Headers.Add("From", $"<sip:u-{name}@mcx.example>;tag=f").Add("To", "<sip:mcptt@mcx.example>")
            .Add("Call-ID", "trust").Add("CSeq", "1 MESSAGE").Add(header, value);
        var body = new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = TestOrganisation.Preconfigured, RegroupUri = RegroupId, Groups = [TestOrganisation.Fire] };
        request.SetBody(ContentTypes.McpttRegroup, body.Serialise());
        return request;
    }
}
