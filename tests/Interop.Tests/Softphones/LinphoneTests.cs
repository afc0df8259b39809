using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A telephone of linphonec in group calls with clients of this project.</summary>
public sealed class LinphoneTests
{
    private const double Alice_Hz = 471, Phone_Hz = 850;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task It_calls_the_group_talks_by_voice_and_hangs_up(SipTransportKind transport)
    {
        Linphone.Require();
        await using var system = new SmallSystem(phone: new PlainSipProfile { Talk = new PlainTalkPolicy { Mode = PlainTalkMode.VoiceActivity } });
        McxEndpoint alice = await MemberAsync(system, "alice"), bob = await MemberAsync(system, "bob");
        await using var phone = new Linphone(Tone.Bursts(Phone_Hz, tone_s: 1, silence_s: 1.5, count: 50));
        await phone.RegisterAsync("phone", system.SipEndPoint(transport), transport);
        Task<CallUp> up = alice.ExpectAsync<CallUp>(Soon);
        await phone.TypeAsync($"call {SmallSystem.Fire}");
        await phone.IsAsync("hook", "Call out, hook=sip:");
        await up;
        await system.HasLegsAsync(3);
        for (double heard_s = 0; heard_s < 1.5;)
        {
            HeardBurst burst = (await bob.ExpectAsync<BurstReceived>(Soon)).Burst;
            Assert.Equal(SmallSystem.IdOf("phone"), burst.Talker);
            heard_s += Tone.LengthIn(burst.Samples, Phone_Hz);
        }
        await phone.TypeAsync("terminate");
        await system.HasLegsAsync(2);
        await alice.Calls.Single().HangUpAsync();
        await system.HasLegsAsync(0);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task It_is_called_hears_the_talker_and_is_hung_up(SipTransportKind transport)
    {
        Linphone.Require();
        await using var system = new SmallSystem(phone: new PlainSipProfile { Talk = new PlainTalkPolicy { Mode = PlainTalkMode.Never } });
        McxEndpoint alice = await MemberAsync(system, "alice");
        await using var phone = new Linphone(new short[80_000]);
        await phone.RegisterAsync("phone", system.SipEndPoint(transport), transport);
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(2);
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(Tone.Of(Alice_Hz, 2), Cancellation));
        await call.HangUpAsync();
        await phone.IsAsync("hook", "hook=on-hook");
        await system.HasLegsAsync(0);
        double heard_s = 0;
        await Eventually.IsTrueAsync(() => (heard_s = Tone.LengthIn(phone.Heard(), Alice_Hz)) >= 1.6, () => $"{heard_s} s of the tone were heard");
    }

    private static async Task<McxEndpoint> MemberAsync(SmallSystem system, string name)
    {
        McxEndpoint endpoint = system.Endpoint(name);
        await endpoint.RegisterAsync(Cancellation);
        await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        return endpoint;
    }
}
