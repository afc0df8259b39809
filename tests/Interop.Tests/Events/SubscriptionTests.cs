using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Subscriptions over sockets: with SIPp, seen by tshark, and over a kill of the server.</summary>
[Collection("server")]
public sealed class SubscriptionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task Sipp_subscribes_refreshes_and_unsubscribes(SipTransportKind transport)
    {
        using var folder = new TemporaryFolder();
        await using var system = new SmallSystem(phone: new PlainSipProfile());
        await SippSubscriber.RunAsync(folder, system.SipEndPoint(transport), transport, SmallSystem.Fire);
        await Eventually.IsTrueAsync(() => system.Server.InspectAsync(mcx => mcx.SubscriptionCount == 0));
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Tls)]
    public async Task Who_is_in_a_call_is_told_as_it_changes(SipTransportKind transport)
    {
        await using var system = new SmallSystem(sip: IPAddress.Loopback);
        (McxEndpoint alice, McxEndpoint bob) = (system.Endpoint("alice", transport), system.Endpoint("bob", transport));
        await AffiliateAsync(SmallSystem.Fire, alice, bob);
        await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(2);
        Task<RosterNotified> both = alice.ExpectAsync<RosterNotified>(Soon);
        EndpointSubscription roster = alice.SubscribeToRoster(SmallSystem.Fire);
        Assert.Equal(["sip:alice@mcx.example", "sip:bob@mcx.example"], (await both).Users.Order());

        Task<SubscriptionEnded> ended = alice.ExpectAsync<SubscriptionEnded>(Soon);
        // With bob the call ends, and with it the roster.
        await bob.Calls.Single().HangUpAsync();
        Assert.Equal(("conference", SubscriptionReasons.NoResource, false), ((await ended).Package, (await ended).Reason, (await ended).Again));
        await roster.Over.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task An_analyser_reads_every_NOTIFY()
    {
        await using var system = new SmallSystem();
        string capture = system.File("events.pcap");
        await using (var writer = new PcapWriter(capture))
        {
            McxEndpoint alice = system.Endpoint("alice", options: new EndpointOptions { Tap = new PcapTap(writer) });
            McxEndpoint bob = system.Endpoint("bob");
            await AffiliateAsync(SmallSystem.Fire, alice, bob);
            await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
            await system.HasLegsAsync(2);
            Task<RosterNotified> roster = alice.ExpectAsync<RosterNotified>(Soon);
            alice.SubscribeToRoster(SmallSystem.Fire);
            await roster;
            Task<AffiliationsNotified> affiliations = alice.ExpectAsync<AffiliationsNotified>(Soon);
            alice.SubscribeToAffiliations(SmallSystem.IdOf("bob"));
            await affiliations;
            await alice.DisposeAsync();
        }
        string port = system.SipEndPoint(SipTransportKind.Tcp).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] lines = Tshark.Run(
            "-r", capture, "-d", $"tcp.port=={port},sip", "-Y", "sip.Method == NOTIFY", "-T", "fields", "-E", "aggregator=|",
            "-e", "sip.Event", "-e", "sip.Subscription-State", "-e", "xml.tag", "-e", "_ws.malformed");
        Assert.Equal(4, lines.Length);
        string[][] notifications = [.. lines.Select(line => line.Split('\t'))];
        Assert.Equal(["conference", "conference", "presence", "presence"], notifications.Select(fields => fields[0]).Order());
        Assert.Equal(2, notifications.Count(fields => fields[1].StartsWith("active;expires=", StringComparison.Ordinal)));
        Assert.Equal(2, notifications.Count(fields => fields[1] == "terminated;reason=timeout"));
        Assert.All(notifications, fields => Assert.Empty(fields[3]));
        string roster1 = notifications.First(fields => fields[0] == "conference")[2];
        Assert.Contains("<user entity=\"sip:bob@mcx.example\"", roster1, StringComparison.Ordinal);
        Assert.Contains("affiliation group=\"sip:fire@mcx.example\"", notifications.First(fields => fields[0] == "presence")[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_server_tells_its_subscribers_everything_when_it_is_back()
    {
        await using var system = new DurableSystem();
        await system.StartAsync(Cancellation);
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await AffiliateAsync(EmbeddedOrganisation.FireGroup, endpoint);
            Task<AffiliationsNotified> first = endpoint.ExpectAsync<AffiliationsNotified>(Soon);
            endpoint.SubscribeToAffiliations();
            await first;
        }
        system.Process!.Kill();
        // Over TCP the server connects to where alice listens; bob hears it over UDP.
        Task<AffiliationsNotified>[] again = [.. new[] { alice, bob }.Select(endpoint => endpoint.ExpectAsync<AffiliationsNotified>(Soon))];
        await system.StartAsync(Cancellation);
        foreach (AffiliationsNotified told in await Task.WhenAll(again))
            Assert.Equal([EmbeddedOrganisation.FireGroup], GroupsIn(told));

        Task<AffiliationsNotified> changed = alice.ExpectAsync<AffiliationsNotified>(Soon, told => !GroupsIn(told).Any());
        await alice.AffiliateAsync([], Cancellation);
        await changed;
    }

    private static IEnumerable<string?> GroupsIn(AffiliationsNotified told) => told.Tuples.SelectMany(tuple => tuple.Entries.Select(entry => entry.Group));

    private static async Task AffiliateAsync(string group, params McxEndpoint[] endpoints)
    {
        foreach (McxEndpoint endpoint in endpoints)
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([group], Cancellation);
        }
    }
}
