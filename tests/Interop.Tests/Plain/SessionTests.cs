using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;
using Xunit;

namespace MediaEngine.Interop.Tests;

/// <summary>Session timers on real sockets, with intervals shorter than RFC 4028 allows on a network.</summary>
public sealed class SessionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly SessionTimerOptions Short = new() { SessionExpires_s = 3, MinSE_s = 2 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_telephone_that_is_gone_without_a_word_is_dropped_and_the_others_stay()
    {
        PeerProgram.Require("sipp", "sip-tester");
        await using SmallSystem system = WithPhone();
        (McxCall call, SippPhone phone) = await CallPhoneAsync(system, phone => phone.AnswerAndVanishAsync());
        using (phone)
            await system.HasLegsAsync(2);
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_telephone_that_knows_no_timers_is_asked_whether_it_is_there_and_stays()
    {
        PeerProgram.Require("sipp", "sip-tester");
        await using SmallSystem system = WithPhone();
        Task answered = Task.CompletedTask;
        (McxCall call, SippPhone phone) = await CallPhoneAsync(system, phone => answered = phone.AnswerAndBeRefreshedAsync());
        using (phone)
        {
            await phone.IsRefreshedAsync();
            Assert.Equal(3, system.Server.MediaCounters.Legs);
            foreach (McxEndpoint endpoint in system.Endpoints)
                await endpoint.Calls.Single().HangUpAsync();
            await answered.WaitAsync(Soon, Cancellation);
        }
    }

    [Fact]
    public async Task Clients_refresh_their_sessions_by_UPDATE()
    {
        await using var system = new SmallSystem(sessions: Short);
        var taps = new List<RefreshTap>();
        foreach (string name in (string[])["alice", "bob"])
        {
            taps.Add(new RefreshTap());
            McxEndpoint endpoint = system.Endpoint(name, options: new EndpointOptions { Tap = taps[^1], SessionTimer = Short });
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        McxCall call = await system.Endpoints[0].CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(2);

        // Each after half the interval: the first two would have ended by then.
        await Eventually.IsTrueAsync(() => taps.TrueForAll(tap => tap.Refreshes >= 3));

        Assert.False(call.Ended.IsCompleted);
        Assert.Equal(2, system.Server.MediaCounters.Legs);
    }

    private static SmallSystem WithPhone() => new(phone: new PlainSipProfile { Security = PlainSecurity.None }, sessions: Short);

    private static async Task<(McxCall Call, SippPhone Phone)> CallPhoneAsync(SmallSystem system, Func<SippPhone, Task> answer)
    {
        foreach (string name in (string[])["alice", "bob"])
        {
            McxEndpoint endpoint = system.Endpoint(name, options: new EndpointOptions { SessionTimer = Short });
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        var phone = new SippPhone(system.SipEndPoint(SipTransportKind.Udp), secure: false);
        await phone.RegisterAsync();
        _ = answer(phone);
        McxCall call = await system.Endpoints[0].CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(3);
        return (call, phone);
    }

    /// <summary>Counts the UPDATEs that the endpoint sent.</summary>
    private sealed class RefreshTap : IEndpointTap
    {
        private int _refreshes;

        public int Refreshes => Volatile.Read(ref _refreshes);

        public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
        {
            if (sent && message.StartsWith("UPDATE "u8))
                Interlocked.Increment(ref _refreshes);
        }

        public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
        {
        }

        public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
        {
        }
    }
}
