using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class PlainTalkingTests
{
    private const byte Loud = 0x2A; // full scale
    private const byte Silence = G711.Silence;

    private readonly PlainScene _scene = new();

    private RouterHarness Harness => _scene.Harness;

    [Theory]
    [InlineData(null)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void A_press_takes_the_floor_and_the_group_hears_the_user_octet_by_octet(SrtpProfile? profile)
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, profile), PlainScene.Toggle);
        _scene.Send(phone, phone.Voice(1));
        Assert.Empty(_scene.HeardBy(alice));

        _scene.Press(phone);
        Assert.Equal(FloorMessageType.Taken, Assert.Single(Harness.FloorMessagesFor(alice)));
        Assert.Contains(Harness.Reports, report => report is FloorChanged { Talker.Value: 9 });
        for (byte code = 10; code < 15; code++)
            _scene.Send(phone, phone.Voice(code));
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(2));

        var heard = _scene.HeardBy(alice);
        Assert.Equal([10, 11, 12, 13, 14], heard.Select(packet => packet.Voice[0]));
        Assert.All(heard, packet => Assert.Equal(Harness.Key.GukIdFor(phone.McpttId), packet.Sender));
        Assert.All(heard, packet => Assert.Equal(phone.AudioSsrc, packet.Header.Ssrc));
        Assert.All(heard, packet => Assert.Equal(160, packet.Voice.Length));
        Assert.Equal([1, 2, 3, 4, 5], heard.Select(packet => packet.Header.SequenceNumber));
        Assert.Equal([true, false, false, false, false], heard.Select(packet => packet.Header.Marker));
        Assert.Null(Assert.IsType<FloorChanged>(Harness.Reports[^1]).Talker);
    }

    [Fact]
    public void The_talker_is_told_by_name_and_audio_ssrc()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);

        _scene.Press(phone);

        byte[] datagram = alice.OpenFloor(Harness.Floor.Payload(0));
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(datagram, out FloorMessage taken, out _));
        Assert.True(taken.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> identity));
        Assert.Equal(phone.McpttId, global::System.Text.Encoding.UTF8.GetString(identity));
        Assert.True(taken.TryGetAudioSsrc(out uint ssrc));
        Assert.Equal(phone.AudioSsrc, ssrc);
    }

    [Fact]
    public void Speech_takes_the_floor_and_its_beginning_is_not_lost()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Voice);
        for (int i = 0; i < 20; i++)
            _scene.Send(phone, phone.Voice(Silence));
        Assert.Empty(_scene.HeardBy(alice));

        for (int i = 0; i < 3; i++)
            _scene.Send(phone, phone.Voice(Loud));

        // The attack and what came in the 200 ms before.
        var heard = _scene.HeardBy(alice);
        Assert.Equal(3, heard.Count(packet => packet.Voice[0] == Loud));
        Assert.InRange(heard.Count, 8, 13);
        Assert.Equal(Enumerable.Range(1, heard.Count), heard.Select(packet => (int)packet.Header.SequenceNumber));
        Assert.All(heard.Zip(heard.Skip(1)), pair => Assert.Equal(160u, pair.Second.Header.Timestamp - pair.First.Header.Timestamp));
    }

    [Fact]
    public void Silence_gives_the_floor_back_also_when_packets_stop()
    {
        Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Voice);
        for (int i = 0; i < 3; i++)
            _scene.Send(phone, phone.Voice(Loud));
        Assert.Equal(9, LastTalker());

        Harness.Advance(TimeSpan.FromMilliseconds(799));
        Assert.Equal(9, LastTalker());
        Harness.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(LastTalker());
    }

    [Fact]
    public void The_second_burst_goes_on_in_sequence_and_time()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(1));
        _scene.Press(phone);
        for (int i = 0; i < 100; i++)
            _scene.Send(phone, phone.Voice(9));
        Harness.Clear();
        RtpHeader first = new() { SequenceNumber = 1 };
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(2));

        (RtpHeader header, byte[] voice, _, _) = Assert.Single(_scene.HeardBy(alice));
        Assert.Equal(2, voice[0]);
        Assert.Equal(first.SequenceNumber + 1, header.SequenceNumber);
        Assert.True(header.Marker);
        // 111 packets of 20 ms since.
        Assert.Equal(111u * 160, header.Timestamp);
    }

    [Fact]
    public void While_another_talks_it_waits_and_its_voice_goes_nowhere()
    {
        TestClient alice = Harness.Join(1), bob = Harness.Join(2);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        Harness.GiveFloor(alice);
        _scene.Press(phone);

        _scene.Send(phone, phone.Voice(1));
        Assert.Empty(_scene.HeardBy(bob));

        // It is its turn when alice ends, without another press.
        Harness.ReceiveFloor(alice.Floor, alice.FloorPacket(FloorMessageType.Release));
        Assert.Equal(9, LastTalker());
        _scene.Send(phone, phone.Voice(2));
        Assert.Equal([2], _scene.HeardBy(bob).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void Without_queueing_it_is_denied_and_must_press_again()
    {
        var scene = new PlainScene(new FloorPolicy { Queueing = false });
        TestClient alice = scene.Harness.Join(1);
        PlainPhone phone = scene.Join(new PlainPhone(9), PlainScene.Toggle);
        scene.Harness.GiveFloor(alice);
        scene.Press(phone);
        scene.Harness.ReceiveFloor(alice.Floor, alice.FloorPacket(FloorMessageType.Release));

        scene.Send(phone, phone.Voice(1));
        Assert.Empty(scene.HeardBy(alice));

        scene.Press(phone);
        scene.Send(phone, phone.Voice(2));
        Assert.Equal([2], scene.HeardBy(alice).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void Who_talks_too_long_is_revoked_and_silent()
    {
        var scene = new PlainScene(new FloorPolicy { T2 = TimeSpan.FromSeconds(1) });
        TestClient alice = scene.Harness.Join(1);
        PlainPhone phone = scene.Join(new PlainPhone(9), PlainScene.Toggle);
        scene.Press(phone);
        for (int i = 0; i < 60; i++)
        {
            scene.Harness.Clear();
            scene.Send(phone, phone.Voice(1));
        }

        Assert.Empty(scene.HeardBy(alice));
        Assert.Null(Assert.IsType<FloorChanged>(scene.Harness.Reports[^1]).Talker);
        scene.Harness.GiveFloor(alice);
    }

    [Fact]
    public void Who_stops_sending_loses_the_floor_and_one_press_takes_it_again()
    {
        Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(1));

        Harness.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(LastTalker());
        _scene.Press(phone);

        Assert.Equal(9, LastTalker());
    }

    [Fact]
    public void Holding_the_call_gives_the_floor_back()
    {
        Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);

        Harness.Router.Execute(new ChangePlainLeg(
            RouterHarness.Call, new LegId(9), phone.Media() with { Receives = false, Sends = false }, KeepKeys: true), Harness.Now);

        Assert.Null(LastTalker());
        _scene.Press(phone);
        Assert.Null(LastTalker());
    }

    [Fact]
    public void Telephones_hear_each_other_but_not_themselves()
    {
        PlainPhone first = _scene.Join(new PlainPhone(8, SrtpProfile.AeadAes128Gcm), PlainScene.Toggle);
        PlainPhone second = _scene.Join(new PlainPhone(9));
        _scene.Press(first);

        _scene.Send(first, first.Voice(7));

        Assert.Equal([7], _scene.HeardBy(second).Select(packet => packet.Voice[0]));
        Assert.Empty(_scene.HeardBy(first));
    }

    [Fact]
    public void The_bearer_carries_it_too()
    {
        Harness.Join(1, LegDelivery.Multicast);
        Harness.Join(2, LegDelivery.Multicast);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        Harness.Clear();

        _scene.Send(phone, phone.Voice(1));

        Assert.Equal([Harness.Subchannel.Media], RouterHarness.Destinations(Harness.Multicast));
    }

    [Fact]
    public void After_the_activation_it_is_sent_under_the_new_group_key()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Send(phone, phone.Voice(1));
        _scene.Listen(TestClient.GroupKey(0x0000_0888));

        Harness.Router.Execute(new InstallGroupKey(RouterHarness.Call, TestClient.GroupKey(0x0000_0888)), Harness.Now);
        _scene.Send(phone, phone.Voice(2));
        Harness.Router.Execute(new UseGroupKey(RouterHarness.Call, new KeyIdentifier(0x0000_0888)), Harness.Now);
        _scene.Send(phone, phone.Voice(3));
        Harness.Router.Execute(new RetireGroupKey(RouterHarness.Call, Harness.Key.Id), Harness.Now);
        _scene.Send(phone, phone.Voice(4));

        var heard = _scene.HeardBy(alice);
        Assert.Equal([0x777u, 0x777u, 0x888u, 0x888u], heard.Select(packet => packet.GmkId));
        Assert.Equal([1, 2, 3, 4], heard.Select(packet => packet.Voice[0]));
        Assert.Equal([1, 2, 3, 4], heard.Select(packet => packet.Header.SequenceNumber));
    }

    [Fact]
    public void A_key_retired_before_the_next_is_in_use_is_not_used_any_more()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9), PlainScene.Toggle);
        _scene.Press(phone);
        _scene.Listen(TestClient.GroupKey(0x0000_0888));
        Harness.Router.Execute(new InstallGroupKey(RouterHarness.Call, TestClient.GroupKey(0x0000_0888)), Harness.Now);
        Harness.Router.Execute(new RetireGroupKey(RouterHarness.Call, Harness.Key.Id), Harness.Now);

        _scene.Send(phone, phone.Voice(1));

        Assert.Equal([0x888u], _scene.HeardBy(alice).Select(packet => packet.GmkId));
    }

    private int? LastTalker() => Harness.Reports.OfType<FloorChanged>().Last().Talker?.Value;
}
