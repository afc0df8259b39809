using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A telephone of SIPp that reaches the server through Kamailio, or over TLS or WebSocket, which SIPp itself does not know.</summary>
public sealed class ProxiedPhoneTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Udp, SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Tcp, SipTransportKind.Udp)]
    public async Task Behind_Kamailio_it_calls_and_is_called(SipTransportKind near, SipTransportKind far)
    {
        await using SmallSystem system = WithPhone();
        using Kamailio proxy = await Kamailio.StartAsync(system, far);
        await CallsAndIsCalledAsync(system, proxy.EndPoint, near, hangsUp: false);
    }

    [Fact]
    public async Task Over_TLS_it_calls_and_is_called()
    {
        await using SmallSystem system = WithPhone();
        using Socat bridge = await Socat.StartAsync(system);
        await CallsAndIsCalledAsync(system, bridge.EndPoint, SipTransportKind.Tls, hangsUp: true);
    }

    [Fact]
    public async Task Over_WebSocket_it_calls_and_is_called()
    {
        await using SmallSystem system = WithPhone();
        using var relay = new WebSocketRelay(system.SipEndPoint(SipTransportKind.Ws));
        await CallsAndIsCalledAsync(system, relay.EndPoint, SipTransportKind.Ws, hangsUp: true);
    }

    [Theory]
    [InlineData(SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Udp)]
    public async Task Over_WebSocket_to_Kamailio_it_calls_and_is_called(SipTransportKind far)
    {
        await using SmallSystem system = WithPhone();
        using Kamailio proxy = await Kamailio.StartAsync(system, far);
        using var relay = new WebSocketRelay(proxy.EndPoint);
        await CallsAndIsCalledAsync(system, relay.EndPoint, SipTransportKind.Ws, hangsUp: false);
    }

    private static SmallSystem WithPhone()
    {
        PeerProgram.Require("sipp", "sip-tester");
        return new SmallSystem(sip: IPAddress.Loopback, phone: new PlainSipProfile { Security = PlainSecurity.None });
    }

    /// <param name="hangsUp">The first call is ended by the telephone, else by the server.</param>
    private static async Task CallsAndIsCalledAsync(SmallSystem system, IPEndPoint server, SipTransportKind transport, bool hangsUp)
    {
        McxEndpoint alice = system.Endpoint("alice");
        await alice.RegisterAsync(Cancellation);
        await alice.AffiliateAsync([SmallSystem.Fire], Cancellation);
        using var phone = new SippPhone(server, secure: false, transport);
        await phone.RegisterAsync();

        Task<CallEnded> ended = alice.ExpectAsync<CallEnded>(Soon);
        Task calls = hangsUp ? phone.CallAndHangUpAsync(SmallSystem.Fire) : phone.CallAsync(SmallSystem.Fire);
        await await Task.WhenAny(system.HasLegsAsync(2), calls);
        // Its ACK may be under way still: the server hangs up after that.
        if (!hangsUp)
            await alice.Calls.Single().HangUpAsync();
        await calls.WaitAsync(Soon, Cancellation);
        Assert.Equal(hangsUp, (await ended).ByPeer);
        await system.HasLegsAsync(0);

        Task isCalled = phone.AnswerAsync();
        await phone.IsReadyAsync();
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await await Task.WhenAny(system.HasLegsAsync(2), isCalled);
        await call.HangUpAsync();
        await isCalled.WaitAsync(Soon, Cancellation);
        await system.HasLegsAsync(0);
    }
}
