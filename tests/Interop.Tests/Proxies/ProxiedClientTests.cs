using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>An MCPTT client whose SIP goes through Kamailio, which speaks another transport to the server; media goes directly.</summary>
public sealed class ProxiedClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // Shorter than RFC 4028 allows on a network.
    private static readonly SessionTimerOptions Short = new() { SessionExpires_s = 3, MinSE_s = 2 };

    public static TheoryData<SipTransportKind, SipTransportKind> Transports => new()
    {
        { SipTransportKind.Udp, SipTransportKind.Tcp },
        { SipTransportKind.Tcp, SipTransportKind.Udp },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task It_is_called_talked_to_refreshes_its_session_and_hangs_up(SipTransportKind near, SipTransportKind far)
    {
        await using var system = new SmallSystem(sessions: Short);
        using Kamailio proxy = await Kamailio.StartAsync(system, far);
        (McxEndpoint alice, McxEndpoint bob, RouteTap tap) = await JoinAsync(system, proxy, near, Short);
        Task<CallUp> up = bob.ExpectAsync<CallUp>(Soon);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        await system.HasLegsAsync(2);

        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(new short[1600], Cancellation));
        Assert.Equal(SmallSystem.IdOf("alice"), (await heard).Burst.Talker);
        // Each after half the interval: the first two would have ended by then.
        await Eventually.IsTrueAsync(() => tap.Sent.Count(method => method == "UPDATE") >= 3);
        Assert.Equal(2, system.Server.MediaCounters.Legs);
        Assert.False(call.Ended.IsCompleted);

        await bob.Calls.Single().HangUpAsync();
        await call.Ended.WaitAsync(Soon, Cancellation);
        await system.HasLegsAsync(0);
        Assert.Contains(("INVITE", true), tap.Received);
        Assert.All(tap.Received, received => Assert.True(received.ByProxy, received.Method));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task It_calls_is_told_who_takes_part_and_is_hung_up(SipTransportKind near, SipTransportKind far)
    {
        await using var system = new SmallSystem();
        using Kamailio proxy = await Kamailio.StartAsync(system, far);
        (McxEndpoint alice, McxEndpoint bob, RouteTap tap) = await JoinAsync(system, proxy, near);
        await CallAsync(system, bob);

        await HangUpAsync(alice, bob);
        Assert.Contains(("NOTIFY", true), tap.Received);
        Assert.Contains(("BYE", true), tap.Received);
        Assert.All(tap.Received, received => Assert.True(received.ByProxy, received.Method));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_calls_of_a_proxy_that_starts_anew_go_on(SipTransportKind near, SipTransportKind far)
    {
        await using var system = new SmallSystem();
        using Kamailio proxy = await Kamailio.StartAsync(system, far);
        (McxEndpoint alice, McxEndpoint bob, RouteTap tap) = await JoinAsync(system, proxy, near);
        await CallAsync(system, bob);

        await proxy.RestartAsync();
        if (far == SipTransportKind.Tcp)
            await Eventually.IsTrueAsync(() => system.Server.SipCounters[SipCounter.ConnectionsClosed] > 0);
        await HangUpAsync(alice, bob);
        await system.HasLegsAsync(0);

        // Its registration holds too.
        Task<CallUp> up = bob.ExpectAsync<CallUp>(Soon);
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        await call.HangUpAsync();
        Assert.All(tap.Received, received => Assert.True(received.ByProxy, received.Method));
    }

    private static async Task CallAsync(SmallSystem system, McxEndpoint bob)
    {
        await bob.CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(2);
        Task<RosterNotified> roster = bob.ExpectAsync<RosterNotified>(Soon);
        bob.SubscribeToRoster(SmallSystem.Fire);
        Assert.Equal([SmallSystem.IdOf("alice"), SmallSystem.IdOf("bob")], (await roster).Users.Order());
    }

    // Alice leaves bob alone, so the server ends his leg and his subscription.
    private static async Task HangUpAsync(McxEndpoint alice, McxEndpoint bob)
    {
        Task<SubscriptionEnded> told = bob.ExpectAsync<SubscriptionEnded>(Soon);
        Task<CallEnded> ended = bob.ExpectAsync<CallEnded>(Soon);
        await alice.Calls.Single().HangUpAsync();
        Assert.True((await ended).ByPeer);
        Assert.Equal(SubscriptionReasons.NoResource, (await told).Reason);
    }

    /// <summary>Alice at the server, bob behind the proxy, both affiliated.</summary>
    private static async Task<(McxEndpoint Alice, McxEndpoint Bob, RouteTap Tap)> JoinAsync(
        SmallSystem system, Kamailio proxy, SipTransportKind near, SessionTimerOptions? sessions = null)
    {
        var tap = new RouteTap(proxy.EndPoint);
        var options = new EndpointOptions { SessionTimer = sessions ?? new SessionTimerOptions() };
        McxEndpoint alice = system.Endpoint("alice", options: options);
        McxEndpoint bob = system.Endpoint("bob", near, serverAt: proxy.EndPoint, options: options with { Tap = tap });
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        return (alice, bob, tap);
    }
}
