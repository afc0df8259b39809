using System.Diagnostics;
using System.Globalization;
using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>One registered client costs as much as another, however many there are.</summary>
public sealed class ManyClientsTests(ITestOutputHelper output)
{
    private const int Clients = 100_000;
    private const int Batch = 2000;
    private static readonly Instant Now = Instant.FromMilliseconds(1);

    [Fact]
    public void The_hundred_thousandth_client_costs_what_the_first_does_and_each_keeps_less_than_2_KiB()
    {
        Organisation organisation = Organisation();
        using McSystem system = Start(organisation, DurableState.Empty);
        var effects = new McxEffects();
        var records = new List<Registration>(Clients);
        var times = new List<double>();
        string challenge = ChallengeOf(system, effects);
        long started = 0;
        long kept_bytes = -GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Clients; i++)
        {
            if (i % Batch == 0)
                started = Stopwatch.GetTimestamp();
            system.Receive(new SipTransactionId(i + 1), Register(i, challenge), FlowOf(i), Now, effects);
            Assert.Equal(200, effects.Sip.OfType<SignallingEffect.Respond>().Single().Response.Status);
            records.Add(Assert.IsType<Registration>(Assert.IsType<StoreChange.Put>(effects.Changes[0]).Record));
            effects.Clear();
            if (i % Batch == Batch - 1)
                times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / Batch);
        }
        kept_bytes += GC.GetTotalMemory(forceFullCollection: true);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kept_bytes / Clients} bytes for each; {Middle(times[1..6]):F1} µs for the first, {Middle(times[^5..]):F1} µs for the last"));
        Assert.Equal(Clients, system.RegistrationCount);
        Assert.InRange(kept_bytes / Clients, 1, 2048);
        Assert.True(Middle(times[^5..]) < 4 * Middle(times[1..6]), "The last cost more than the first.");

        // Every connection closes, and every registration ends.
        started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Clients; i++)
            system.FlowClosed(FlowOf(i));
        system.Expire(Now + TimeSpan.FromHours(2), effects);
        Assert.Equal(0, system.RegistrationCount);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "Closing and ending takes more than the same for each.");

        started = Stopwatch.GetTimestamp();
        using McSystem next = Start(organisation, new DurableState { Registrations = records });
        Assert.Equal(Clients, next.RegistrationCount);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "Restoring takes more than the same for each.");
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static Organisation Organisation() => new(TestOrganisation.Domain, Enumerable.Range(0, Clients).Select(User), []);

    private static McUser User(int i) => new()
    {
        McpttId = string.Create(CultureInfo.InvariantCulture, $"sip:user-{i}@{TestOrganisation.Domain}"),
        SipIdentity = string.Create(CultureInfo.InvariantCulture, $"sip:u-{i}@{TestOrganisation.Domain}"),
        Password = "secret",
    };

    private static McSystem Start(Organisation organisation, DurableState durable)
    {
        var options = new McxOptions
        {
            ServerUri = "sip:mcptt@mcx.example",
            GroupManagementUri = "sip:gms@mcx.example",
            HostName = TestOrganisation.Domain,
            Realm = TestOrganisation.Domain,
            MaxConnections = Clients,
            MediaAddressesOf = _ => throw new InvalidOperationException("There are no calls here."),
        };
        return new McSystem(organisation, options, durable, new SeededEntropy(1), McSystemHarness.WallClockAtZero);
    }

    private static SipFlow FlowOf(int i) =>
        new(SipTransportKind.Tls, new IPEndPoint(IPAddress.Loopback, 5061), new IPEndPoint(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 40000), i + 1);

    private static string ChallengeOf(McSystem system, McxEffects effects)
    {
        system.Receive(new SipTransactionId(1), Request(0), FlowOf(0), Now, effects);
        string challenge = effects.Sip.OfType<SignallingEffect.Respond>().Single().Response.Headers.Get("WWW-Authenticate")!;
        effects.Clear();
        return challenge;
    }

    // One nonce for all: a client's own costs the same.
    private static SipRequest Register(int i, string challenge)
    {
        SipRequest request = Request(i);
        string name = string.Create(CultureInfo.InvariantCulture, $"u-{i}");
        request.Headers.Add("Authorization", DigestClient.Answer([challenge], TestOrganisation.Domain, name,
            algorithm => DigestCalculator.HashA1(algorithm, name, TestOrganisation.Domain, "secret"), request.Method, request.RequestUri, "c", (uint)i + 1)!);
        byte[] octets = request.ToBytes();
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(octets, SipLimits.Default, out SipMessage? received));
        return (SipRequest)received!;
    }

    private static SipRequest Request(int i)
    {
        var request = new SipRequest(SipMethods.Register, "sip:mcx.example");
        string identity = string.Create(CultureInfo.InvariantCulture, $"<sip:u-{i}@{TestOrganisation.Domain}>");
        string number = i.ToString("x12", CultureInfo.InvariantCulture);
        request.Headers.Add("Via", "SIP/2.0/TLS 10.0.0.1;branch=z9hG4bKa");
        request.Headers.Add("From", $"{identity};tag=1");
        request.Headers.Add("To", identity);
        request.Headers.Add("Call-ID", $"6c6b1c7e-3f0d-4f2b-8f68-{number}");
        request.Headers.Add("CSeq", "1 REGISTER");
        request.Headers.Add("Contact", string.Create(CultureInfo.InvariantCulture, $"<sip:u-{i}@10.{i >> 16}.{(i >> 8) & 255}.{i & 255}:40000;transport=tls>"));
        request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = $"urn:uuid:00000000-0000-0000-0000-{number}" }.Serialise());
        return request;
    }
}
