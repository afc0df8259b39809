using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class PlainHostilityTests
{
    private const int WarmUp_packets = 200;
    private const int Measured_packets = 500;

    private readonly PlainScene _scene = new();

    private RouterHarness Harness => _scene.Harness;

    [Fact]
    public void Under_keys_nothing_is_learned_from_what_does_not_authenticate()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, SrtpProfile.AeadAes128Gcm), PlainScene.Toggle);
        var intruder = new PlainPhone(9) { Audio = new IPEndPoint(phone.Audio.Address, 9999) };
        _scene.Press(intruder);
        _scene.Send(intruder, intruder.Voice(1));

        Assert.DoesNotContain(Harness.Reports, report => report is FloorChanged { Talker: not null });
        Assert.True(Harness.Dropped(MediaDrop.AuthenticationFailed) > 0);
        Harness.GiveFloor(alice);
        _scene.Talk(alice, 2);
        Assert.Single(_scene.HeardBy(phone));
        Assert.Empty(_scene.HeardBy(intruder));
    }

    [Fact]
    public void A_replay_is_dropped()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, SrtpProfile.Aes128CmHmacSha1_80), PlainScene.Toggle);
        _scene.Press(phone);
        byte[] packet = phone.Voice(1);
        _scene.Send(phone, packet);
        _scene.Send(phone, packet);

        Assert.Single(_scene.HeardBy(alice));
        Assert.Equal(1, Harness.Dropped(MediaDrop.Replayed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void The_first_packet_from_the_signalled_host_tells_the_port_once(SrtpProfile? profile)
    {
        TestClient alice = Harness.Join(1);
        var phone = new PlainPhone(9, profile);
        _scene.Join(phone, PlainScene.Toggle);
        var declared = phone.Audio;
        phone.Audio = new IPEndPoint(declared.Address, 40_000);
        _scene.Press(phone);
        Assert.Contains(Harness.Reports, report => report is FloorChanged { Talker.Value: 9 });

        phone.Audio = new IPEndPoint(declared.Address, 40_002);
        _scene.Send(phone, phone.Voice(1));
        phone.Audio = declared;
        _scene.Send(phone, phone.Voice(1));

        Assert.Empty(_scene.HeardBy(alice));
        Assert.Equal(2, Harness.Dropped(MediaDrop.UnknownSource));
    }

    [Fact]
    public void A_packet_from_another_host_is_nobodys()
    {
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        phone.Audio = new IPEndPoint(IPAddress.Parse("192.0.2.99"), phone.Audio.Port);

        _scene.Press(phone);

        Assert.Equal(5, Harness.Router.ReadCounters().DroppedTotal);
    }

    [Fact]
    public void Two_telephones_of_one_host_are_told_apart_by_port_only()
    {
        var first = new PlainPhone(8);
        var second = new PlainPhone(9) { Audio = new IPEndPoint(first.Audio.Address, 7080) };
        _scene.Join(first, PlainScene.Toggle);
        _scene.Join(second, PlainScene.Toggle);
        var declared = second.Audio;
        second.Audio = new IPEndPoint(declared.Address, 50_000);
        _scene.Press(second);
        Assert.Equal(5, Harness.Router.ReadCounters().DroppedTotal);

        second.Audio = declared;
        _scene.Press(second);

        Assert.Contains(Harness.Reports, report => report is FloorChanged { Talker.Value: 9 });
    }

    [Fact]
    public void Addresses_are_not_learned_when_that_is_off()
    {
        var scene = new PlainScene(limits: new RouterLimits { LearnAddresses = false });
        var phone = new PlainPhone(9);
        scene.Join(phone, PlainScene.Toggle);
        phone.Audio = new IPEndPoint(phone.Audio.Address, 40_000);

        scene.Press(phone);

        Assert.Equal(5, scene.Harness.Router.ReadCounters().DroppedTotal);
    }

    [Fact]
    public void Another_stream_from_its_address_does_not_disturb_the_one_that_runs()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(1));
        phone.OwnSsrc++;
        _scene.Send(phone, phone.Voice(2));
        phone.OwnSsrc--;
        _scene.Send(phone, phone.Voice(3));
        Assert.Equal([1, 3], _scene.HeardBy(alice).Select(packet => packet.Voice[0]));

        // After half a second of silence it may take over: the telephone began anew.
        Harness.Clear();
        Harness.Advance(TimeSpan.FromMilliseconds(500));
        phone.OwnSsrc++;
        _scene.Send(phone, phone.Voice(4));
        Assert.Equal([4], _scene.HeardBy(alice).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void Late_packets_and_copies_are_left_out_because_indexes_only_go_forward()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        byte[] first = phone.Voice(1), second = phone.Voice(2), third = phone.Voice(3);

        foreach (byte[] packet in (byte[][])[first, third, second, third])
            _scene.Send(phone, packet);

        Assert.Equal([1, 3], _scene.HeardBy(alice).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void Comfort_noise_rtcp_other_codecs_and_rubbish_do_nothing()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Send(phone, phone.Packet([40], 13, phone.Timestamp));
        _scene.Send(phone, phone.Packet(new byte[160], 0, phone.Timestamp));
        byte[] report = new byte[28];
        report[0] = 0x80;
        report[1] = 200;
        _scene.Send(phone, report);
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            byte[] rubbish = new byte[random.Next(0, 400)];
            random.NextBytes(rubbish);
            if (rubbish.Length > 0 && i % 2 == 0)
                rubbish[0] = (byte)(0x80 | rubbish[0] & 0x3F);
            // Voice of this stream would be voice.
            if (rubbish.Length > 1 && (rubbish[1] & 0x7F) is 8 or PlainPhone.TelephoneEvent)
                rubbish[1] ^= 1;
            _scene.Send(phone, rubbish);
            if (i % 10 == 0)
                Harness.Clear();
        }

        Assert.Empty(_scene.HeardBy(alice));
        _scene.Send(phone, phone.Voice(4));
    }

    [Fact]
    public void A_flood_goes_no_faster_than_speech()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        int heard = 0;
        for (int i = 0; i < 5000; i++)
        {
            Harness.Clear();
            Harness.ReceiveAudio(phone.Audio, phone.Voice(1));
            heard += _scene.HeardBy(alice).Count;
        }

        Assert.InRange(heard, 100, 200);
        Assert.Equal(5000 - heard, Harness.Dropped(MediaDrop.Refused));
    }

    [Fact]
    public void Padding_is_no_voice_and_wrong_padding_no_packet()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        byte[] padded = [.. phone.Voice(1), 0, 0, 0, 4];
        padded[0] |= 0x20;
        _scene.Send(phone, padded);
        byte[] wrong = phone.Voice(2);
        wrong[0] |= 0x20;
        wrong[^1] = 200;
        _scene.Send(phone, wrong);

        Assert.Equal(160, Assert.Single(_scene.HeardBy(alice)).Voice.Length);
    }

    [Fact]
    public void A_client_of_the_group_is_not_taken_for_a_telephone_that_claims_its_address()
    {
        TestClient alice = Harness.Join(1);
        TestClient bob = Harness.Join(2);
        _scene.Join(new PlainPhone(9) { Audio = alice.Audio }, PlainScene.Toggle);
        Harness.GiveFloor(alice);

        _scene.Talk(alice, 1);

        Assert.Single(_scene.HeardBy(bob));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    public void Talking_and_listening_allocate_nothing(SrtpProfile? profile)
    {
        for (int i = 1; i < 5; i++)
            Harness.Join(i);
        PlainPhone talker = _scene.Join(new PlainPhone(9, profile), PlainScene.Toggle);
        PlainPhone voice = _scene.Join(new PlainPhone(10, profile), PlainScene.Voice);
        _scene.Press(talker);
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => talker.Voice(0x2A))];
        var others = new Queue<byte[]>(packets.Select(_ => voice.Voice(G711.Silence)));

        Assert.Equal(0, Allocation.Least_bytes(packets, WarmUp_packets, packet =>
        {
            _scene.Send(talker, packet);
            _scene.Send(voice, others.Dequeue());
        }, Harness.Clear));
        Assert.Equal(5 * packets.Length, Harness.Router.ReadCounters().ForwardedMedia_packets);
    }

    [Fact]
    public void Commands_that_cannot_be_are_refused()
    {
        PlainPhone phone = _scene.Join(new PlainPhone(9));
        foreach (MediaCommand command in (MediaCommand[])
        [
            phone.Leg(),
            phone.Leg() with { Leg = new LegId(-1) },
            phone.Leg() with { Leg = new LegId(8), Call = new CallId(7) },
            phone.Leg() with { Leg = new LegId(8), Media = new PlainMedia { Audio = new IPEndPoint(IPAddress.IPv6Loopback, 1) } },
            phone.Leg(new PlainTalkPolicy { Digit = 'x' }) with { Leg = new LegId(8) },
            new ChangePlainLeg(RouterHarness.Call, new LegId(8), phone.Media(), KeepKeys: true),
            new UseGroupKey(RouterHarness.Call, new MediaEngine.Keys.KeyIdentifier(0x0000_0999)),
        ])
        {
            Harness.Reports.Clear();
            Harness.Router.Execute(command, Harness.Now);
            Assert.IsType<CommandRefused>(Assert.Single(Harness.Reports));
        }
        Assert.Equal(1, Harness.Router.ReadCounters().Legs);
    }
}
