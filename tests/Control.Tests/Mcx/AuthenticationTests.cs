using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using MediaEngine.Control.Tests.Sip;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Who a REGISTER's credentials are of, and what a stranger learns from the answer.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private static readonly SipFlow Flow = new(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Loopback, 40000), 1);
    private static readonly Instant s_now = Instant.FromMilliseconds(1);

    private readonly McSystem _system = new(PlainSipTests.Organisation(), Options(), DurableState.Empty, new SeededEntropy(1), McSystemHarness.WallClockAtZero);
    private readonly McxEffects _effects = new();
    private long _last;

    public void Dispose() => _system.Dispose();

    [Theory]
    [InlineData("u-alice")]
    [InlineData("sip:u-alice@mcx.example")]
    [InlineData("sip:u-alice@MCX.example")]
    public void A_user_is_named_by_the_user_part_or_the_whole_of_its_identity(string name) =>
        Assert.Equal(200, Register("alice", name, "secret of alice").Status);

    [Theory]
    [InlineData("u-bob", "secret of alice")]
    [InlineData("u-bob", "secret of bob")]
    [InlineData("sip:u-bob@mcx.example", "secret of bob")]
    [InlineData("alice", "secret of alice")]
    [InlineData("sip:u-alice@another.example", "secret of alice")]
    [InlineData("tel:+1", "secret of alice")]
    [InlineData("", "secret of alice")]
    public void Nobody_registers_another_user(string name, string password) =>
        Assert.NotEqual(200, Register("alice", name, password).Status);

    [Theory]
    [InlineData("u-mallory", "u-alice")]
    [InlineData("sip:u-mallory@mcx.example", "sip:u-alice@mcx.example")]
    public void The_answer_to_an_unknown_user_is_that_to_a_wrong_password(string unknown, string known)
    {
        Assert.Equal(Text(Register("alice", unknown, "wrong")), Text(Register("alice", known, "wrong")));

        static string Text(SipResponse response)
        {
            response.Headers.Set("To", "<sip:x@y>");
            return response.ToString();
        }
    }

    [Theory]
    [InlineData("u-mallory", "u-alice")]
    [InlineData("sip:u-mallory@mcx.example", "sip:u-alice@mcx.example")]
    public void So_is_the_time_it_takes(string unknown, string known)
    {
        SipRequest asUnknown = Answered("alice", unknown, "wrong"), asKnown = Answered("alice", known, "wrong");
        // The least of many is what the machine's other work has no part in.
        double ratio = 0;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long least = long.MaxValue, leastKnown = long.MaxValue;
            for (int i = 0; i < 400; i++)
            {
                least = Math.Min(least, Time(asUnknown));
                leastKnown = Math.Min(leastKnown, Time(asKnown));
            }
            ratio = (double)least / leastKnown;
            if (ratio is > 0.85 and < 1.18)
                return;
        }
        Assert.Fail($"An unknown user takes {ratio:F2} times as long.");
    }

    [Fact]
    public void Who_registers_without_credentials_is_challenged_at_the_door_and_the_system_takes_the_answer()
    {
        SipResponse challenge = _system.Door.Challenge(Request("alice"), s_now)!;
        Assert.Equal(Challenge(Send(Request("alice"))), Challenge(challenge));
        Assert.Equal(200, Send(Answered("alice", "u-alice", "secret of alice", challenge)).Status);

        // But for what is new each time.
        static (int, string) Challenge(SipResponse response) => (response.Status, string.Concat(response.Headers.GetAll("WWW-Authenticate")
            .Select(value => Regex.Replace(value, "nonce=\"[0-9a-f]{64}\"", ""))));
    }

    [Fact]
    public void The_door_offers_a_telephone_what_it_can_do() =>
        Assert.Equal(["MD5", "SHA-256"], _system.Door.Challenge(Request("phone"), s_now)!.Headers.GetAll("WWW-Authenticate").Select(
            value => value[(value.LastIndexOf('=') + 1)..]));

    [Theory]
    [InlineData("Authorization", "Digest realm=\"mcx.example\"")]
    [InlineData("Require", "magic")]
    public void What_is_no_plain_registration_is_left_to_the_system(string header, string value)
    {
        SipRequest request = Request("alice");
        request.Headers.Add(header, value);
        Assert.Null(_system.Door.Challenge(request, s_now));
    }

    [Fact]
    public void Other_requests_are_left_to_the_system()
    {
        SipRequest request = SipText.Request(SipText.Minimal("INVITE", "Content-Length: 0\n\n"));
        Assert.Null(_system.Door.Challenge(request, s_now));
    }

    private long Time(SipRequest request)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 8; i++)
            _system.Receive(new SipTransactionId(++_last), request, Flow, s_now, _effects);
        long time = Stopwatch.GetTimestamp() - started;
        _effects.Clear();
        return time;
    }

    private SipResponse Register(string user, string name, string password) => Send(Answered(user, name, password));

    private SipRequest Answered(string user, string name, string password, SipResponse? challenge = null)
    {
        challenge ??= Send(Request(user));
        SipRequest request = Request(user);
        request.Headers.Add("Authorization", DigestClient.Answer(
            challenge.Headers.GetAll("WWW-Authenticate").Where(value => value.Contains("SHA-256", StringComparison.Ordinal)),
            TestOrganisation.Domain, name, algorithm => DigestCalculator.HashA1(algorithm, name, TestOrganisation.Domain, password),
            request.Method, request.RequestUri, "0a4f113b")!);
        return request;
    }

    private SipResponse Send(SipRequest request)
    {
        _system.Receive(new SipTransactionId(++_last), request, Flow, s_now, _effects);
        SipResponse response = Assert.IsType<SignallingEffect.Respond>(_effects.Sip[^1]).Response;
        _effects.Clear();
        return response;
    }

    private static SipRequest Request(string user)
    {
        var request = new SipRequest(SipMethods.Register, "sip:mcx.example");
        request.Headers.Add("Via", "SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa");
        request.Headers.Add("From", $"<sip:u-{user}@mcx.example>;tag=1");
        request.Headers.Add("To", $"<sip:u-{user}@mcx.example>");
        request.Headers.Add("Call-ID", "c");
        request.Headers.Add("CSeq", "1 REGISTER");
        request.Headers.Add("Contact", "<sip:u@192.0.2.1>");
        request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = "urn:uuid:1" }.Serialise());
        return request;
    }

    private static McxOptions Options() => new()
    {
        ServerUri = "sip:mcptt@mcx.example",
        GroupManagementUri = "sip:gms@mcx.example",
        HostName = TestOrganisation.Domain,
        Realm = TestOrganisation.Domain,
        MediaAddressesOf = _ => throw new InvalidOperationException("There are no calls here."),
    };
}
