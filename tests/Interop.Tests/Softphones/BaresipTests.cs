using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Two telephones of baresip, each in a network of its own, in group calls with a client of this project.</summary>
public sealed class BaresipTests
{
    private const double Alice_Hz = 471, Phone_Hz = 850;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Udp, false)]
    [InlineData(SipTransportKind.Tcp, true)]
    public async Task They_are_called_hear_the_talker_and_hang_up(SipTransportKind transport, bool secure)
    {
        await using Scene scene = await Scene.CreateAsync(transport, secure, new PlainTalkPolicy { Mode = PlainTalkMode.Never }, Tone.Of(Phone_Hz, 120));
        McxCall call = await scene.Alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        foreach (Baresip phone in scene.Phones)
            await phone.EventAsync("CALL_ESTABLISHED");
        await scene.System.HasLegsAsync(3);
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(Tone.Of(Alice_Hz, 2), Cancellation));

        await scene.Phones[0].HangUpAsync();
        await scene.System.HasLegsAsync(2);
        await call.HangUpAsync();
        await scene.Phones[1].EventAsync("CALL_CLOSED");
        foreach (Baresip phone in scene.Phones)
            await HeardAsync(phone, Alice_Hz, 1.6);
        await scene.System.HasLegsAsync(0);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp, true)]
    [InlineData(SipTransportKind.Tcp, false)]
    public async Task One_calls_talks_by_voice_is_heard_by_the_other_and_hangs_up(SipTransportKind transport, bool secure)
    {
        short[] says = Tone.Bursts(Phone_Hz, tone_s: 1, silence_s: 1.5, count: 50);
        await using Scene scene = await Scene.CreateAsync(
            transport, secure, new PlainTalkPolicy { Mode = PlainTalkMode.VoiceActivity }, says, new short[says.Length]);
        Task<CallUp> up = scene.Alice.ExpectAsync<CallUp>(Soon);
        await scene.Phones[0].DialAsync(SmallSystem.Fire);
        await up;
        await scene.Phones[1].EventAsync("CALL_ESTABLISHED");
        await scene.System.HasLegsAsync(3);

        // The first burst may have begun before everybody was there.
        for (double heard_s = 0; heard_s < 1.5;)
        {
            HeardBurst burst = (await scene.Alice.ExpectAsync<BurstReceived>(Soon)).Burst;
            Assert.Equal(SmallSystem.IdOf("phone"), burst.Talker);
            heard_s += Tone.LengthIn(burst.Samples, Phone_Hz);
        }

        await scene.Phones[0].HangUpAsync();
        await scene.System.HasLegsAsync(2);
        await scene.Alice.Calls.Single().HangUpAsync();
        await scene.Phones[1].EventAsync("CALL_CLOSED");
        await HeardAsync(scene.Phones[1], Phone_Hz, 0.8);
        await scene.System.HasLegsAsync(0);
    }

    // The file is closed a little after the call.
    private static async Task HeardAsync(Baresip phone, double frequency_Hz, double least_s)
    {
        double heard_s = 0;
        await Eventually.IsTrueAsync(() => (heard_s = Tone.LengthIn(phone.Heard(), frequency_Hz)) >= least_s, () => $"{heard_s} s of the tone were heard");
    }

    private sealed class Scene : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> _things = [];

        public SmallSystem System { get; private set; } = null!;

        public McxEndpoint Alice { get; private set; } = null!;

        public List<Baresip> Phones { get; } = [];

        public static async Task<Scene> CreateAsync(SipTransportKind transport, bool secure, PlainTalkPolicy talk, params short[][] says)
        {
            Baresip.Require();
            var scene = new Scene();
            try
            {
                await scene.StartAsync(transport, new PlainSipProfile { Talk = talk, Security = secure ? PlainSecurity.Required : PlainSecurity.None, Digest = DigestOffer.Md5Alone }, says);
                return scene;
            }
            catch
            {
                await scene.DisposeAsync();
                throw;
            }
        }

        private async Task StartAsync(SipTransportKind transport, PlainSipProfile profile, short[][] says)
        {
            string[] names = ["phone", "phone2"];
            var networks = new List<NetworkNamespace>();
            foreach (string _ in names)
                networks.Add(Add(await NetworkNamespace.CreateAsync()));
            System = Add(new SmallSystem(sip: networks[0].HostAddress, phone: profile, phones: names, media: networks[0].HostAddress));
            Alice = System.Endpoint("alice");
            await Alice.RegisterAsync(Cancellation);
            await Alice.AffiliateAsync([SmallSystem.Fire], Cancellation);
            for (int i = 0; i < names.Length; i++)
            {
                Phones.Add(Add(new Baresip(
                    networks[i], names[i], System.SipEndPoint(transport), transport, profile.Security == PlainSecurity.Required, says[i % says.Length])));
                await Phones[i].RegisterAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (IAsyncDisposable thing in Enumerable.Reverse(_things))
                await thing.DisposeAsync();
        }

        private T Add<T>(T thing)
            where T : IAsyncDisposable
        {
            _things.Add(thing);
            return thing;
        }
    }
}
