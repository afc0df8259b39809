using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class PlainListeningTests
{
    private readonly PlainScene _scene = new();

    private RouterHarness Harness => _scene.Harness;

    [Theory]
    [InlineData(null)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_32)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_80)]
    public void A_telephone_hears_the_talker_octet_by_octet(SrtpProfile? profile)
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, profile));
        Harness.GiveFloor(alice);

        for (byte code = 0; code < 5; code++)
            _scene.Talk(alice, code);

        List<(RtpHeader Header, byte[] Voice)> heard = _scene.HeardBy(phone);
        Assert.Equal(5, heard.Count);
        for (byte code = 0; code < 5; code++)
        {
            Assert.All(heard[code].Voice, octet => Assert.Equal(code, octet));
            Assert.Equal(G711.Packet_samples, heard[code].Voice.Length);
            Assert.Equal(1 + code, heard[code].Header.SequenceNumber);
            Assert.Equal(160u * code, heard[code].Header.Timestamp);
            Assert.Equal(code == 0, heard[code].Header.Marker);
        }
    }

    [Fact]
    public void Sequence_and_time_go_on_over_a_change_of_talker()
    {
        TestClient alice = Harness.Join(1), bob = Harness.Join(2);
        PlainPhone phone = _scene.Join(new PlainPhone(9, SrtpProfile.AeadAes128Gcm));
        Harness.GiveFloor(alice);
        _scene.Talk(alice, 1);
        _scene.Talk(alice, 2);
        Harness.ReceiveFloor(alice.Floor, alice.FloorPacket(FloorMessageType.Release));
        RtpHeader last = _scene.HeardBy(phone)[^1].Header;
        Harness.Advance(TimeSpan.FromSeconds(3));
        Harness.GiveFloor(bob);

        _scene.Talk(bob, 3);
        _scene.Talk(bob, 4);

        List<(RtpHeader Header, byte[] Voice)> heard = _scene.HeardBy(phone);
        Assert.Equal([3, 4], heard.Select(packet => packet.Voice[0]));
        Assert.Equal(last.SequenceNumber + 1, heard[0].Header.SequenceNumber);
        // 3.02 s later, as the clock went.
        Assert.Equal(last.Timestamp + 24_160, heard[0].Header.Timestamp);
        Assert.True(heard[0].Header.Marker);
        Assert.Equal(last.SequenceNumber + 2, heard[1].Header.SequenceNumber);
        Assert.Equal(last.Timestamp + 24_320, heard[1].Header.Timestamp);
        Assert.False(heard[1].Header.Marker);
    }

    [Fact]
    public void A_loss_stays_visible_as_a_gap()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9));
        Harness.GiveFloor(alice);
        _scene.Talk(alice, 1);

        _scene.Talk(alice, 2, lost_packets: 2);

        List<(RtpHeader Header, byte[] Voice)> heard = _scene.HeardBy(phone);
        Assert.Equal(heard[0].Header.SequenceNumber + 3, heard[1].Header.SequenceNumber);
        Assert.Equal(heard[0].Header.Timestamp + 480, heard[1].Header.Timestamp);
        Assert.False(heard[1].Header.Marker);
    }

    [Fact]
    public void A_new_group_key_is_not_heard()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, SrtpProfile.AeadAes128Gcm));
        Harness.GiveFloor(alice);
        _scene.Talk(alice, 1);
        Harness.Router.Execute(new InstallGroupKey(RouterHarness.Call, TestClient.GroupKey(0x0000_0888)), Harness.Now);
        _scene.Key = TestClient.GroupKey(0x0000_0888);
        _scene.Talk(alice, 2);
        Harness.Router.Execute(new RetireGroupKey(RouterHarness.Call, Harness.Key.Id), Harness.Now);
        _scene.Talk(alice, 3);

        List<(RtpHeader Header, byte[] Voice)> heard = _scene.HeardBy(phone);
        Assert.Equal([1, 2, 3], heard.Select(packet => packet.Voice[0]));
        Assert.Equal([1, 2, 3], heard.Select(packet => packet.Header.SequenceNumber));
        Assert.Equal([0, 160, 320], heard.Select(packet => packet.Header.Timestamp));
    }

    [Fact]
    public void Who_holds_the_call_gets_nothing_until_it_resumes()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9, SrtpProfile.Aes128CmHmacSha1_80));
        Harness.GiveFloor(alice);
        _scene.Talk(alice, 1);
        Change(phone, phone.Media() with { Keys = null, Receives = false, Sends = false }, keepKeys: true);
        _scene.Talk(alice, 2);
        Change(phone, phone.Media() with { Keys = null }, keepKeys: true);
        _scene.Talk(alice, 3);

        Assert.Equal([1, 3], _scene.HeardBy(phone).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void Of_several_talkers_the_first_is_heard()
    {
        var scene = new PlainScene(new FloorPolicy { MaxTalkers = 2 });
        TestClient alice = scene.Harness.Join(1), bob = scene.Harness.Join(2);
        PlainPhone phone = scene.Join(new PlainPhone(9));
        scene.Harness.GiveFloor(alice);
        scene.Talk(alice, 1);
        scene.Harness.ReceiveFloor(bob.Floor, bob.FloorPacket(FloorMessageType.Request));

        scene.Harness.Clear();
        scene.Talk(alice, 1);
        scene.Talk(bob, 2);

        Assert.Equal([1], scene.HeardBy(phone).Select(packet => packet.Voice[0]));
        Assert.Equal([2], scene.HeardBy(alice).Select(packet => packet.Voice[0]));
    }

    [Fact]
    public void What_is_not_A_law_is_left_out()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9));
        Harness.GiveFloor(alice);

        Harness.ReceiveAudio(alice.Audio, alice.MediaPacket(Harness.Key));

        Assert.Empty(_scene.HeardBy(phone));
    }

    [Fact]
    public void A_removed_telephone_gets_nothing_and_its_number_may_be_used_again()
    {
        TestClient alice = Harness.Join(1);
        PlainPhone phone = _scene.Join(new PlainPhone(9));
        Harness.GiveFloor(alice);
        Harness.Router.Execute(new RemoveLeg(RouterHarness.Call, new LegId(9)), Harness.Now);

        _scene.Talk(alice, 1);

        Assert.Empty(_scene.HeardBy(phone));
        Assert.Equal(1, Harness.Router.ReadCounters().Legs);
        _scene.Join(new PlainPhone(9));
        Assert.Equal(2, Harness.Router.ReadCounters().Legs);
        Harness.Router.CloseAll(Harness.Now);
        Assert.Equal(0, Harness.Router.ReadCounters().Legs);
    }

    private void Change(PlainPhone phone, PlainMedia media, bool keepKeys) =>
        Harness.Router.Execute(new ChangePlainLeg(RouterHarness.Call, new LegId(phone.Number), media, keepKeys), Harness.Now);
}
