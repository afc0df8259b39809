using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// Every method over every transport from everybody: who is let through, who is challenged, who is refused. Whoever is not let
/// through changes nothing.
/// </summary>
public sealed class AuthorisationMatrixTests
{
    /// <summary>
    /// Status and warning code of the answer; "-" = no answer, "taken" = none, but it was acted upon. What the right sender gets
    /// is the procedure's answer to an empty request. Adding a method means adding its row.
    /// </summary>
    private const string Golden =
        """
        method     stranger  partner  in another's name  user  | in alice's dialog:  stranger  another user  alice
        INVITE     401       401      403/101            403   |                     401       403/101       488
        ACK        -         -        -                  -     |                     taken     taken         taken
        CANCEL     -         -        -                  -     |                     -         -             487
        BYE        481       481      481                481   |                     401       403/101       200
        REGISTER   401       401      401                401   |                     401       401           401
        OPTIONS    200       200      200                200   |                     200       200           200
        MESSAGE    401       401      403/101            415   |                     401       403/101       415
        PUBLISH    401       401      403/101            489   |                     401       403/101       489
        SUBSCRIBE  401       401      403/101            489   |                     401       403/101       481
        NOTIFY     405       405      405                405   |                     405       405           405
        UPDATE     481       481      481                481   |                     401       403/101       200
        INFO       405       405      405                405   |                     405       405           405
        REFER      405       405      405                405   |                     405       405           405
        PRACK      481       481      481                481   |                     401       403/101       481
        FUTURE     405       405      405                405   |                     405       405           405
        invite     405       405      405                405   |                     405       405           405
        """;

    private static readonly string[] Challenged =
        [SipMethods.Invite, SipMethods.Register, SipMethods.Message, SipMethods.Publish, SipMethods.Subscribe];

    private readonly McSystemHarness _mcx = new();

    public static TheoryData<SipTransportKind> Transports() => new(Enum.GetValues<SipTransportKind>());

    [Theory]
    [MemberData(nameof(Transports))]
    public void Every_method_is_taken_from_whom_the_table_says_and_from_nobody_else(SipTransportKind transport)
    {
        string[] lines = Golden.ReplaceLineEndings("\n").Split('\n');
        var actual = new List<string> { lines[0] };
        foreach (string method in lines.Skip(1).Select(line => line.Split(' ')[0]))
        {
            string[] verdicts =
            [
                Verdict(method, transport, scene => scene.Send(scene.Stranger)),
                Verdict(method, transport, scene => scene.Send(scene.Partner)),
                Verdict(method, transport, scene => scene.Send(scene.Carol)),
                Verdict(method, transport, scene => scene.Send(scene.Alice)),
                Verdict(method, transport, scene => scene.SendInDialog(scene.Stranger)),
                Verdict(method, transport, scene => scene.SendInDialog(scene.Carol)),
                Verdict(method, transport, scene => scene.SendInDialog(scene.Alice)),
            ];
            actual.Add(string.Format(null, "{0,-11}{1,-10}{2,-9}{3,-19}{4,-6}|{8,21}{5,-10}{6,-14}{7}", [method, .. verdicts, ""]));
        }
        Assert.Equal(lines, actual);
    }

    [Fact]
    public void Every_method_that_this_library_knows_has_its_row()
    {
        IEnumerable<string> known = typeof(SipMethods).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Empty(known.Except(Golden.ReplaceLineEndings("\n").Split('\n').Select(line => line.Split(' ')[0])));
    }

    public static TheoryData<string, SipTransportKind, string> BadCredentials() => new(
        from method in Challenged
        from transport in Enum.GetValues<SipTransportKind>()
        from credentials in (string[])["wrong", "garbage", "another scheme"]
        select (method, transport, credentials));

    [Theory]
    [MemberData(nameof(BadCredentials))]
    public void Bad_credentials_are_as_good_as_none(string method, SipTransportKind transport, string credentials)
    {
        var scene = new Scene(method, transport);
        SipRequest request = Request(method, "alice");
        request.Headers.Add("Authorization", credentials switch
        {
            "wrong" => Credentials(method),
            "garbage" => "Digest \"",
            _ => "Bearer 0",
        });

        string verdict = scene.Receive(request, scene.Stranger);

        Assert.Contains(verdict, (string[])["400", "401", "403/101"]);
        Assert.True(scene.IsUntouched);
    }

    public static TheoryData<string> NamedMethods() => new(Challenged);

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
            .Add("To", "<sip:mcptt@mcx.example>").Add("Call-ID", "matrix").Add("CSeq", $"1 {method}")
            .Add("Contact", $"<sip:u-{name}@198.51.100.66>");
        return request;
    }

    private static string Verdict(string method, SipTransportKind transport, Func<Scene, string> send)
    {
        var scene = new Scene(method, transport);
        string verdict = send(scene);
        bool isLetThrough = verdict is "taken" or "487" or "488" || (verdict == "200" && method == SipMethods.Bye);
        Assert.True(isLetThrough || scene.IsUntouched, $"{method} was answered {verdict}, and yet changed something.");
        return verdict;
    }

    /// <summary>alice has called bob, who has answered, but for CANCEL; carol is registered and has nothing to do with it.</summary>
    private sealed class Scene
    {
        private readonly McSystemHarness _mcx = new();
        private readonly McxEffects _effects = new();
        private readonly string _method;
        private readonly SipRequest _invite;
        private readonly SipTransactionId _inviteTransaction;
        private readonly SipTransportKind _transport;

        public Scene(string method, SipTransportKind transport)
        {
            _method = method;
            _transport = transport;
            _mcx.Transport = transport;
            foreach (string name in (string[])["alice", "bob", "carol"])
                _mcx.Register(name);
            foreach (string name in (string[])["alice", "bob"])
                _mcx.Affiliate(name, TestOrganisation.Fire);
            _mcx.Call("alice", TestOrganisation.Fire, implicitRequest: true);
            (_, _invite, _inviteTransaction) = _mcx.PendingInvite!.Value;
            if (method != SipMethods.Cancel)
                _mcx.Answer("bob");
        }

        public SipFlow Stranger => FlowFrom("198.51.100.66", null);

        /// <summary>It showed a partner system's certificate.</summary>
        public SipFlow Partner => FlowFrom("198.51.100.67", ["partner.example"]);

        public SipFlow Alice => _mcx.FlowOf("alice");

        public SipFlow Carol => _mcx.FlowOf("carol");

        public bool IsUntouched => _mcx.System.CallCount == 1 && _effects.Changes.Count == 0 && _effects.Media.Count == 0 && _effects.Keys.Count == 0 &&
            _effects.Sip.All(effect => effect is SignallingEffect.Respond or SignallingEffect.Vouch);

        public string Send(SipFlow flow) => Receive(Request(_method, "alice"), flow);

        public string SendInDialog(SipFlow flow)
        {
            SipRequest request = Request(_method, "alice");
            foreach (string header in (string[])["From", "To", "Call-ID"])
                request.Headers.Set(header, _invite.Headers.Get(header)!);
            if (_mcx.LateAnswer is { } answer)
                request.Headers.Set("To", answer.Headers.Get("To")!);
            request.Headers.Set("CSeq", $"{_invite.CSeq.Number + (_method is SipMethods.Ack or SipMethods.Cancel ? 0u : 1u)} {_method}");
            return Receive(request, flow, _inviteTransaction);
        }

        public string Receive(SipRequest request, SipFlow flow, SipTransactionId invite = default)
        {
            SipTransactionId transaction = _method switch
            {
                SipMethods.Ack => default,
                SipMethods.Cancel => invite,
                _ => new SipTransactionId(9999),
            };
            _effects.Clear();
            _mcx.System.Receive(transaction, request, flow, _mcx.Now, _effects);
            if (_effects.Sip.OfType<SignallingEffect.Respond>().SingleOrDefault()?.Response is not { } response)
                return _effects.Media.Count > 0 ? "taken" : "-";
            int warning = McSystemHarness.WarningOf(response);
            return warning == 0 ? $"{response.Status}" : $"{response.Status}/{warning}";
        }

        private SipFlow FlowFrom(string address, string[]? domains) => new(
            _transport, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse(address), 6666),
            _transport == SipTransportKind.Udp ? 0 : 777, domains);
    }
}
