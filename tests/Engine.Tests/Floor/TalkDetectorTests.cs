using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

public class TalkDetectorTests
{
    private const byte Star = 10;
    private const double Loud = 0.01; // -20 dBov
    private static readonly TimeSpan s_packet = TimeSpan.FromMilliseconds(20);
    private Instant _now = Instant.FromMilliseconds(5000);

    [Fact]
    public void Speech_asks_after_the_attack_and_gives_back_after_the_hangover()
    {
        TalkDetector talk = Voice();

        Assert.Equal([false, false, true], Play(talk, Loud, 3));

        // 780 ms of silence are a pause, 800 ms the end: the machine says itself when.
        Assert.All(Play(talk, 0, 39), Assert.True);
        Assert.Equal(_now + s_packet, talk.NextDeadline);
        _now += s_packet;
        talk.Expire(_now);
        Assert.False(talk.WantsFloor);
        Assert.True(talk.NextDeadline.IsNever);
    }

    [Theory]
    [InlineData(0)] // silence
    [InlineData(0.0000316)] // -45 dBov: comfort noise
    public void Noise_below_the_threshold_never_asks(double power)
    {
        TalkDetector talk = Voice();

        Assert.All(Play(talk, power, 500), Assert.False);
        Assert.True(talk.NextDeadline.IsNever);
    }

    [Fact]
    public void Noise_does_not_prolong_the_talk()
    {
        TalkDetector talk = Voice();
        Play(talk, Loud, 3);

        bool[] wishes = Play(talk, 0.00001, 45);

        Assert.Equal(39, wishes.Count(wish => wish));
    }

    [Fact]
    public void Clicks_do_not_add_up()
    {
        TalkDetector talk = Voice();
        for (int i = 0; i < 20; i++)
        {
            Assert.All(Play(talk, Loud, 2), Assert.False);
            Assert.All(Play(talk, 0, 10), Assert.False);
        }
    }

    [Fact]
    public void Who_was_denied_must_pause_before_speech_asks_again()
    {
        TalkDetector talk = Voice();
        Play(talk, Loud, 3);
        talk.Withdraw();

        Assert.All(Play(talk, Loud, 200), Assert.False);
        Play(talk, 0, 41);
        Assert.True(Play(talk, Loud, 3)[^1]);
    }

    [Fact]
    public void Toggle_takes_every_second_press_as_the_end()
    {
        TalkDetector talk = Digit(TalkDigitMode.Toggle);

        Press(talk, 1000);
        Assert.True(talk.WantsFloor);
        Press(talk, 9000);
        Assert.False(talk.WantsFloor);
    }

    [Fact]
    public void Hold_talks_from_the_first_packet_to_the_first_end()
    {
        TalkDetector talk = Digit(TalkDigitMode.Hold);

        Event(talk, 1000, end: false);
        Assert.True(talk.WantsFloor);
        Event(talk, 1000, end: false);
        Assert.True(talk.WantsFloor);
        Event(talk, 1000, end: true);
        Assert.False(talk.WantsFloor);
    }

    [Theory]
    [InlineData(TalkDigitMode.Hold, false)]
    [InlineData(TalkDigitMode.Toggle, true)]
    public void Repeated_and_late_packets_of_a_press_say_nothing_new(TalkDigitMode mode, bool expected)
    {
        TalkDetector talk = Digit(mode);
        Event(talk, 1000, end: false);
        Event(talk, 1000, end: true);

        foreach (bool end in (bool[])[true, true, false, true])
        {
            Event(talk, 1000, end);
            Assert.Equal(expected, talk.WantsFloor);
        }
    }

    [Fact]
    public void A_late_packet_of_the_press_before_is_not_the_next_press()
    {
        TalkDetector talk = Digit(TalkDigitMode.Toggle);
        Press(talk, 1000);
        Press(talk, 5000);

        Event(talk, 1000, end: true);

        Assert.False(talk.WantsFloor);
    }

    [Fact]
    public void A_press_of_which_only_the_end_arrives_counts_once()
    {
        TalkDetector toggle = Digit(TalkDigitMode.Toggle), hold = Digit(TalkDigitMode.Hold);

        Event(toggle, 1000, end: true);
        Event(toggle, 1000, end: true);
        Event(hold, 1000, end: true);

        Assert.True(toggle.WantsFloor);
        Assert.False(hold.WantsFloor);
    }

    [Fact]
    public void A_lost_end_is_a_release_when_no_packet_comes()
    {
        TalkDetector talk = Digit(TalkDigitMode.Hold);
        Event(talk, 1000, end: false);

        Assert.Equal(_now + TimeSpan.FromMilliseconds(500), talk.NextDeadline);
        _now = talk.NextDeadline;
        talk.Expire(_now);

        Assert.False(talk.WantsFloor);
        Assert.True(talk.NextDeadline.IsNever);
    }

    [Fact]
    public void A_lost_end_does_not_swallow_the_next_press_of_a_toggle()
    {
        TalkDetector talk = Digit(TalkDigitMode.Toggle);
        Event(talk, 1000, end: false);
        _now += TimeSpan.FromSeconds(1);
        talk.Expire(_now);
        Assert.True(talk.WantsFloor);

        Press(talk, 9000);

        Assert.False(talk.WantsFloor);
    }

    [Theory]
    [InlineData(TalkDigitMode.Hold)]
    [InlineData(TalkDigitMode.Toggle)]
    public void A_key_held_longer_than_an_event_can_say_is_one_press(TalkDigitMode mode)
    {
        TalkDetector talk = Digit(mode);
        for (uint segment = 0; segment < 3; segment++)
        {
            for (int i = 0; i < 164; i++, _now += TimeSpan.FromMilliseconds(50))
            {
                talk.Expire(_now);
                Event(talk, 1000 + segment * 0xFFFF, end: false);
                Assert.True(talk.WantsFloor);
            }
        }
        Event(talk, 1000 + 2 * 0xFFFF, end: true);
        Assert.Equal(mode == TalkDigitMode.Toggle, talk.WantsFloor);
    }

    [Fact]
    public void Another_key_says_nothing_but_ends_a_held_one()
    {
        TalkDetector toggle = Digit(TalkDigitMode.Toggle), hold = Digit(TalkDigitMode.Hold);
        Event(toggle, 1000, end: false, digit: 5);
        Event(hold, 1000, end: false);
        Event(hold, 2000, end: false, digit: 5);

        Assert.False(toggle.WantsFloor);
        Assert.False(hold.WantsFloor);
    }

    [Fact]
    public void Who_was_denied_while_holding_the_key_must_press_again()
    {
        TalkDetector talk = Digit(TalkDigitMode.Hold);
        Event(talk, 1000, end: false);
        talk.Withdraw();

        Event(talk, 1000, end: false);
        Assert.False(talk.WantsFloor);
        Event(talk, 1000, end: true);
        Event(talk, 8000, end: false);
        Assert.True(talk.WantsFloor);
    }

    [Fact]
    public void Truncated_events_and_events_of_who_may_not_talk_are_nothing()
    {
        TalkDetector talk = Digit(TalkDigitMode.Toggle);
        for (int length = 0; length < 4; length++)
            talk.ReceiveDigit(new byte[] { Star, 0, 0, 0 }.AsSpan(0, length), 1000, _now);
        var never = new TalkDetector(new PlainTalkPolicy());
        Press(never, 1000);
        never.ReceiveAudio(1, TimeSpan.FromSeconds(1), _now);

        Assert.False(talk.WantsFloor);
        Assert.False(never.WantsFloor);
    }

    [Fact]
    public void A_policy_out_of_range_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TalkDetector(new PlainTalkPolicy { Digit = 'x' }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TalkDetector(new PlainTalkPolicy { VoiceThreshold_dBov = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TalkDetector(new PlainTalkPolicy { VoiceHangover = TimeSpan.Zero }));
    }

    private static TalkDetector Voice() => new(new PlainTalkPolicy { Mode = PlainTalkMode.VoiceActivity });

    private static TalkDetector Digit(TalkDigitMode mode) => new(new PlainTalkPolicy { Mode = PlainTalkMode.Digit, DigitMode = mode });

    private bool[] Play(TalkDetector talk, double power, int packets)
    {
        bool[] wishes = new bool[packets];
        for (int i = 0; i < packets; i++)
        {
            _now += s_packet;
            talk.ReceiveAudio(power, s_packet, _now);
            talk.Expire(_now);
            wishes[i] = talk.WantsFloor;
        }
        return wishes;
    }

    private void Press(TalkDetector talk, uint timestamp)
    {
        foreach (bool end in (bool[])[false, false, true, true, true])
            Event(talk, timestamp, end);
    }

    private void Event(TalkDetector talk, uint timestamp, bool end, byte digit = Star) =>
        talk.ReceiveDigit([digit, (byte)(end ? 0x8A : 0x0A), 1, 0], timestamp, _now);
}
