using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A telephone of SIPp and GStreamer in calls with clients of this project.</summary>
public sealed class PlainPhoneTests
{
    private const int Said_packets = 25;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_calls_a_group_hears_it_and_talks_while_the_key_says_so()
    {
        await RequirePeersAsync();
        await using var system = new SmallSystem(phone: new PlainSipProfile { Talk = new PlainTalkPolicy { Mode = PlainTalkMode.Digit } });
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        await AffiliateAsync(SmallSystem.Fire, alice, bob);
        using var phone = new SippPhone(system.SipEndPoint(SipTransportKind.Udp), secure: false);
        await phone.RegisterAsync();
        Task<CallUp>[] ups = [.. new[] { alice, bob }.Select(endpoint => endpoint.ExpectAsync<CallUp>(Soon))];
        Task call = phone.CallAsync(SmallSystem.Fire);
        await Task.WhenAll(ups);
        await system.HasLegsAsync(3);

        await IsHeardAsync(alice, bob, phone);
        Task<BurstReceived>[] heard = [.. new[] { alice, bob }.Select(endpoint => endpoint.ExpectAsync<BurstReceived>(Soon))];
        await phone.PressAsync(timestamp: 8_000, Cancellation);
        byte[] octets = await phone.SayAsync(Said_packets, Cancellation);
        await phone.PressAsync(timestamp: 80_000, Cancellation);
        await Heard(heard, octets);

        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
            await endpoint.Calls.Single().HangUpAsync();
        await call.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task It_is_called_in_a_regroup_under_srtp_and_talks_by_voice()
    {
        await RequirePeersAsync();
        await using var system = new SmallSystem(phone: new PlainSipProfile
        {
            Talk = new PlainTalkPolicy { Mode = PlainTalkMode.VoiceActivity },
            Security = PlainSecurity.Required,
        });
        McxEndpoint alice = system.Endpoint("alice"), carol = system.Endpoint("carol");
        await AffiliateAsync(SmallSystem.Fire, alice);
        await AffiliateAsync(SmallSystem.Rail, carol);
        using var phone = new SippPhone(system.SipEndPoint(SipTransportKind.Udp), secure: true);
        await phone.RegisterAsync();
        Task<RegroupNotified>[] notified = [.. new[] { alice, carol }.Select(endpoint => endpoint.ExpectAsync<RegroupNotified>(Soon))];
        await alice.CreateRegroupAsync(SmallSystem.Incident, SmallSystem.Major, [SmallSystem.Fire, SmallSystem.Rail], [], Cancellation);
        await Task.WhenAll(notified);
        Task answered = phone.AnswerAsync();
        Task<CallUp> up = carol.ExpectAsync<CallUp>(Soon);
        await alice.CallAsync(SmallSystem.Incident, null, Cancellation);
        await up;
        await system.HasLegsAsync(3);

        await IsHeardAsync(alice, carol, phone);
        Task<BurstReceived>[] heard = [.. new[] { alice, carol }.Select(endpoint => endpoint.ExpectAsync<BurstReceived>(Soon))];
        byte[] octets = await phone.SayAsync(Said_packets, Cancellation);
        await Heard(heard, octets);

        await alice.CancelRegroupAsync(SmallSystem.Incident, Cancellation);
        await answered.WaitAsync(Soon, Cancellation);
    }

    private static async Task RequirePeersAsync()
    {
        PeerProgram.Require("sipp", "sip-tester");
        await GStreamer.RequireAsync();
    }

    private static async Task AffiliateAsync(string group, params McxEndpoint[] endpoints)
    {
        foreach (McxEndpoint endpoint in endpoints)
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([group], Cancellation);
        }
    }

    private static async Task IsHeardAsync(McxEndpoint talker, McxEndpoint other, SippPhone phone)
    {
        short[] said = [.. Enumerable.Range(0, Said_packets * G711.Packet_samples).Select(i => (short)(12_000 * Math.Sin(i * 0.37)))];
        byte[] codes = new byte[said.Length];
        G711.EncodeALaw(said, codes);
        Task<BurstReceived> heardByOther = other.ExpectAsync<BurstReceived>(Soon);
        Task<byte[]> heard = phone.ListenAsync(Said_packets, Cancellation);
        Assert.Equal(FloorAnswer.Granted, await talker.Calls.Single().TalkAsync(said, Cancellation));
        Assert.Equal(codes, await heard.WaitAsync(Soon, Cancellation));
        await heardByOther;
    }

    private static async Task Heard(Task<BurstReceived>[] heard, byte[] octets)
    {
        short[] samples = new short[octets.Length];
        G711.DecodeALaw(octets, samples);
        foreach (BurstReceived burst in await Task.WhenAll(heard))
        {
            Assert.Equal(SmallSystem.IdOf("phone"), burst.Burst.Talker);
            Assert.Equal(samples, burst.Burst.Samples);
        }
    }
}
