using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// Every method over every transport, from a stranger, with wrong credentials, and from one user in another's name: nothing but
/// OPTIONS is answered with success, and nothing changes.
/// </summary>
public sealed class AuthorisationMatrixTests
{
    private static readonly string[] Methods =
    [
        SipMethods.Invite, SipMethods.Ack, SipMethods.Cancel, SipMethods.Bye, SipMethods.Register, SipMethods.Options, SipMethods.Message,
        SipMethods.Publish, SipMethods.Subscribe, SipMethods.Notify, SipMethods.Update, SipMethods.Info, SipMethods.Refer, SipMethods.Prack,
        "FUTURE", "invite",
    ];

    private static readonly string[] Allowed = [SipMethods.Invite, SipMethods.Bye, SipMethods.Register, SipMethods.Message, SipMethods.Publish, SipMethods.Subscribe];

    private readonly McSystemHarness _mcx = new();

    public static TheoryData<string, SipTransportKind, string?> Matrix()
    {
        var data = new TheoryData<string, SipTransportKind, string?>();
        foreach (string method in Methods)
        {
            foreach (SipTransportKind transport in Enum.GetValues<SipTransportKind>())
            {
                foreach (string? credentials in (string?[])[null, "wrong", "garbage"])
                    data.Add(method, transport, credentials);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Nobody_gets_past_the_authenticator(string method, SipTransportKind transport, string? credentials)
    {
        SipRequest request = Request(method, "alice");
        if (credentials is not null)
            request.Headers.Add("Authorization", credentials == "garbage" ? "Digest \"" : Credentials(method));
        int stored = _mcx.Stored.Count();
        McxEffects effects = Receive(request, transport);

        int? status = effects.Sip.OfType<SignallingEffect.Respond>().SingleOrDefault()?.Response.Status;
        int?[] expected = method switch
        {
            SipMethods.Ack or SipMethods.Cancel => [null],
            SipMethods.Options => [200],
            // The dialog it names is nobody's.
            SipMethods.Bye => [481],
            _ when !Allowed.Contains(method) => [405],
            _ => credentials switch { null => [401], "wrong" => [403, 401], _ => [400, 401] },
        };
        Assert.Contains(status, expected);
        if (status == 405)
            Assert.Equal(Allowed.Append("ACK").Append("CANCEL").Append("OPTIONS").Order(), AllowOf(effects));
        Assert.DoesNotContain(effects.Sip, effect => effect is not SignallingEffect.Respond);
        Assert.Empty(effects.Changes);
        Assert.Equal(stored, _mcx.Stored.Count());
        Assert.Equal(0, _mcx.System.CallCount);
    }

    public static TheoryData<string> NamedMethods() => new(Allowed.Except([SipMethods.Bye]));

    [Theory]
    [MemberData(nameof(NamedMethods))]
    public void A_user_speaks_for_nobody_else(string method)
    {
        _mcx.Register("alice");
        SipResponse response = _mcx.Send("alice", Request(method, "bob"));
        // REGISTER is challenged each time; the others have alice's connection behind them.
        Assert.Equal(method == SipMethods.Register ? 401 : 403, response.Status);
    }

    [Theory]
    [InlineData(SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Tls)]
    [InlineData(SipTransportKind.Ws)]
    [InlineData(SipTransportKind.Wss)]
    public void A_connection_stands_for_its_user_alone_and_only_while_it_is_open(SipTransportKind transport)
    {
        _mcx.Transport = transport;
        _mcx.Register("alice");
        Assert.NotEqual(401, _mcx.Send("alice", Request(SipMethods.Message, "alice")).Status);
        Assert.Equal(401, Status(Receive(Request(SipMethods.Message, "alice"), transport)));
        _mcx.CloseFlow("alice");
        Assert.Equal(401, _mcx.Send("alice", Request(SipMethods.Message, "alice")).Status);
    }

    [Theory]
    [InlineData(SipTransportKind.Tls)]
    [InlineData(SipTransportKind.Ws)]
    [InlineData(SipTransportKind.Wss)]
    public void Requests_to_a_client_behind_a_flow_go_down_that_flow_and_nowhere_else(SipTransportKind transport)
    {
        _mcx.Transport = transport;
        foreach (string name in (string[])["alice", "bob"])
        {
            _mcx.Register(name);
            _mcx.Affiliate(name, TestOrganisation.Fire);
        }
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        SipDestination destination = Assert.Single(_mcx.Destinations);
        Assert.Equal(transport, destination.Transport);
        Assert.NotNull(destination.Flow);
        // The address is where the connection came from, which nobody listens at: never what a Contact claims.
        Assert.Equal(destination.Flow.Value.Remote, destination.Remote);
        Assert.Contains($";transport={transport.UriName()}>", Assert.Single(_mcx.Unanswered).Request.Headers.Get("Contact"), StringComparison.Ordinal);

        _mcx.Destinations.Clear();
        _mcx.CloseFlow("bob");
        _mcx.Register("alice");
        _mcx.Cancel();
        _mcx.Destinations.Clear();
        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.All(_mcx.Destinations, without => Assert.Equal((transport, (SipFlow?)null, (string?)null), (without.Transport, without.Flow, without.ServerName)));
    }

    private static int? Status(McxEffects effects) => effects.Sip.OfType<SignallingEffect.Respond>().SingleOrDefault()?.Response.Status;

    private static IEnumerable<string> AllowOf(McxEffects effects) =>
        effects.Sip.OfType<SignallingEffect.Respond>().Single().Response.Headers.GetAll("Allow").Order();

    private McxEffects Receive(SipRequest request, SipTransportKind transport)
    {
        var effects = new McxEffects();
        var flow = new SipFlow(transport, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse("198.51.100.66"), 6666), transport == SipTransportKind.Udp ? 0 : 777);
        _mcx.System.Receive(new SipTransactionId(request.Method == SipMethods.Ack ? 0 : 9999), request, flow, _mcx.Now, effects);
        return effects;
    }

    private static string Credentials(string method) =>
        "Digest username=\"u-alice\", realm=\"mcx.example\", nonce=\"00000000\", uri=\"sip:mcptt@mcx.example\", algorithm=SHA-256, " +
        $"qop=auth, nc=00000001, cnonce=\"abcd\", response=\"{DigestCalculator.HashA1(DigestAlgorithm.Sha256, "u-alice", "mcx.example", method)}\"";

    private static SipRequest Request(string method, string name)
    {
        var request = new SipRequest(method, "sip:mcptt@mcx.example");
        request.Headers.Add("Via", "SIP/2.0/TCP 198.51.100.66;branch=z9hG4bKx").Add("From", $"<sip:u-{name}@mcx.example>;tag=f")
            .Add("To", "<sip:mcptt@mcx.example>" + (method is "BYE" or "ACK" ? ";tag=guess" : "")).Add("Call-ID", "matrix").Add("CSeq", $"1 {method}")
            .Add("Contact", $"<sip:u-{name}@198.51.100.66>");
        return request;
    }
}
