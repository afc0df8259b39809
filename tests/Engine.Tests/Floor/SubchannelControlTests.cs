using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 6.4.2, 10: who is told by unicast and who by multicast. 1 to 3 are in the call, 3 has no multicast key.</summary>
public sealed class SubchannelControlTests
{
    private static readonly SubchannelOptions s_options = new()
    {
        Ssrc = 0x0F0E0D0C,
        GroupId = "sip:grp1@mc.example",
        Tmgi = new byte[] { 0x00, 0x00, 0x01, 0x21, 0xF3, 0x54 },
        FloorPort = 6000,
        MediaPort = 6002,
        Address = new byte[] { 239, 1, 2, 3 },
    };

    private readonly ArbiterScene _call = new();
    private readonly SubchannelControl _control = new(s_options);
    private readonly FloorEffects _effects = new();
    private Instant _now = Instant.Zero;

    public SubchannelControlTests()
    {
        for (int number = 1; number <= 3; number++)
            _control.Join(number, hasMulticastKey: number != 3);
    }

    [Fact]
    public void Every_state_and_event()
    {
        string[] events =
        [
            "talk begins", "1 monitors", "3 monitors, no key", "2 does not monitor", "2 does not listen", "1 leaves", "9 reports", "T15 expiry",
            "T16 expiry", "T17 expiry", "T17 expiry, C17 reached", "call ends", "Taken to 1, 2, 3", "Granted to 1",
        ];
        FloorMatrix.AssertGolden("subchannel-control", FloorMatrix.Print(
            "Multicast delivery of a group call, TS 24.380 6.4.2, 10.2; 2 monitors the bearer, two are enough. Who monitors listens to the group's subchannel as soon as it is mapped.\n" +
            "bearer = general purpose subchannel, group = the group's subchannel. event, next state, effects",
            [
                ("Unmapped", "10.2"), ("Unmapped (1 monitors, too)", "10.2"), ("Mapped (1 monitors, too)", "10.2"),
                ("Unmapping (1 monitors, too)", "10.2"),
            ],
            events, Cell));
    }

    [Fact]
    public void The_first_talk_with_enough_listeners_maps_the_group_and_announces_where()
    {
        Monitor(1, 2);
        Assert.Equal("SubchannelMapped Map→bearer", Do(() => _control.ConversationContinues(_now, _effects)));
        SubchannelMessage.TryParse(_effects.Message(_effects[1]), out SubchannelMessage map, out _);
        Assert.True(map.TryGetMbmsSubchannel(out MbmsSubchannel subchannel));
        Assert.Equal(6002u, subchannel.MediaPort);
        Assert.Equal(FloorVectors.Octets(
            "80cc000e 0f0e0d0c 4d434d43 02137369 703a6772 7031406d 632e6578 616d706c 65000000 01060000 0121f354 000e1200 " +
            "00001770 00001772 ef010203"), _effects.Message(_effects[1]).ToArray());
    }

    [Fact]
    public void A_conversation_is_mapped_when_the_listener_that_was_missing_comes_and_not_after_it()
    {
        Monitor(1);
        Assert.Equal("-", Do(() => _control.ConversationContinues(_now, _effects)));
        Pass(29);
        Assert.Equal("SubchannelMapped Map→bearer", Do(() => Monitor(2)));
        Assert.EndsWith("SubchannelUnmapped Unmap→bearer", Pass(1), StringComparison.Ordinal);
        Do(() => _control.ReportMonitoring(2, false, _now, _effects));
        Assert.Equal("-", Do(() => Monitor(2)));
    }

    [Fact]
    public void A_call_that_ends_in_a_conversation_is_not_mapped_again_while_its_legs_leave()
    {
        _control.Join(3, hasMulticastKey: true);
        Monitor(1, 2, 3);
        _control.ConversationContinues(_now, _effects);
        _control.EndCall(_now, _effects);
        Assert.Equal("-", Do(() => _control.ReportMonitoring(3, false, _now, _effects)));
        Assert.Equal(SubchannelState.Unmapping, _control.State);
    }

    [Fact]
    public void Announcements_go_once_over_multicast_and_by_unicast_to_who_does_not_listen()
    {
        Monitor(1, 2, 3);
        _control.ConversationContinues(_now, _effects);
        Listen(1, 2, 3);
        _call.Receive(3, FloorMessages.Request());
        _control.Route(_call.Effects);
        Assert.Equal("FloorTaken 3 Granted→3 Taken→group", Describe(_call.Effects));
        _call.Release(3);
        _control.Route(_call.Effects);
        Assert.Equal("FloorIdle Idle→group Idle→3", Describe(_call.Effects));
        Assert.True(_control.IsReachedByMulticast(1));
        Assert.False(_control.IsReachedByMulticast(3));
    }

    [Fact]
    public void Who_has_not_reported_listening_since_the_group_was_mapped_is_told_by_unicast()
    {
        Monitor(1, 2);
        Listen(2); // before the group is mapped
        _control.ConversationContinues(_now, _effects);
        Listen(1);
        Assert.Equal((true, false), (_control.IsReachedByMulticast(1), _control.IsReachedByMulticast(2)));
        _control.EndCall(_now, _effects);
        _control.ConversationContinues(_now, _effects); // mapped again
        Assert.False(_control.IsReachedByMulticast(1));
    }

    [Fact]
    public void Map_is_repeated_until_silence_and_unmap_as_often_as_configured()
    {
        Monitor(1, 2);
        _control.ConversationContinues(_now, _effects);
        Assert.Equal("Map→bearer Map→bearer Map→bearer Map→bearer", Pass(2));
        Assert.EndsWith("Map→bearer SubchannelUnmapped Unmap→bearer", Pass(28), StringComparison.Ordinal);
        Assert.Equal(SubchannelState.Unmapping, _control.State);
        Assert.Equal("Unmap→bearer Unmap→bearer", Pass(5));
        Assert.Equal(SubchannelState.Unmapped, _control.State);
        Assert.True(_control.NextDeadline.IsNever);
    }

    [Fact]
    public void Media_keeps_the_subchannel_and_a_report_of_the_last_listener_gives_it_back()
    {
        Monitor(1, 2);
        _control.ConversationContinues(_now, _effects);
        Pass(29);
        _control.ConversationContinues(_now, _effects);
        Pass(29);
        Assert.Equal(SubchannelState.Mapped, _control.State);
        Do(() => _control.ReportMonitoring(1, false, _now, _effects));
        Assert.Equal("SubchannelUnmapped Unmap→bearer", Do(() => _control.ReportMonitoring(2, false, _now, _effects)));
    }

    [Fact]
    public void Routing_a_message_to_five_hundred_listeners_allocates_nothing()
    {
        var effects = new FloorEffects();
        var arbiter = new FloorArbiter(new FloorPolicy(), 1, _now, effects);
        var control = new SubchannelControl(s_options);
        for (int number = 1; number <= 500; number++)
        {
            arbiter.Join(number, ArbiterScene.Profile(number), false, _now, effects);
            control.Join(number, true);
            control.ReportMonitoring(number, true, _now, effects);
        }
        control.ConversationContinues(_now, effects);
        for (int number = 1; number <= 500; number++)
            control.ReportListening(number, true);
        byte[] request = FloorMessages.Request();
        byte[] release = FloorMessages.Release();
        int sent = 0;
        void Talk()
        {
            foreach (byte[] message in (ReadOnlySpan<byte[]>)[request, release])
            {
                effects.Clear();
                arbiter.Receive(7, message, _now, effects);
                control.Route(effects);
                sent += effects.Count;
            }
        }
        Talk();
        Assert.Equal(5, sent); // FloorTaken, Granted, Taken; FloorIdle, Idle
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 200; i++)
                Talk();
        }));
    }

    [Fact]
    public void What_cannot_be_announced_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SubchannelControl(s_options with { Tmgi = new byte[4] }));
        Assert.Throws<ArgumentException>(() => new SubchannelControl(s_options with { Address = new byte[3] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SubchannelControl(s_options with { T15 = TimeSpan.Zero }));
    }

    private static (string Next, string Effects) Cell(string state, string name)
    {
        TimeSpan For(string timer) => TimeSpan.FromSeconds(name.StartsWith(timer, StringComparison.Ordinal) ? 10 : 3600);
        var control = new SubchannelControl(s_options with
        {
            T15 = For("T15"),
            T16 = For("T16"),
            T17 = For("T17"),
            C17 = name.EndsWith("reached", StringComparison.Ordinal) ? 1 : 3,
        });
        var effects = new FloorEffects();
        Instant now = Instant.Zero;
        for (int number = 1; number <= 3; number++)
            control.Join(number, number != 3);
        control.ReportMonitoring(2, true, now, effects);
        if (state != "Unmapped")
            control.ReportMonitoring(1, true, now, effects);
        if (state.StartsWith("Mapped", StringComparison.Ordinal) || state.StartsWith("Unmapping", StringComparison.Ordinal))
            control.ConversationContinues(now, effects);
        for (int number = 1; number <= 3; number++)
            control.ReportListening(number, true);
        if (state.StartsWith("Unmapping", StringComparison.Ordinal))
            control.EndCall(now, effects);
        var call = new ArbiterScene();
        effects.Clear();
        switch (name)
        {
            case "talk begins": control.ConversationContinues(now, effects); break;
            case "1 monitors": control.ReportMonitoring(1, true, now, effects); break;
            case "3 monitors, no key": control.ReportMonitoring(3, true, now, effects); break;
            case "2 does not monitor": control.ReportMonitoring(2, false, now, effects); break;
            case "2 does not listen":
                control.ReportListening(2, false);
                return ($"{control.State}/{control.MonitorCount}", control.IsReachedByMulticast(2) ? "by multicast" : "2 by unicast");
            case "1 leaves": control.Leave(1, now, effects); break;
            case "9 reports": control.ReportMonitoring(9, true, now, effects); break;
            case "call ends": control.EndCall(now, effects); break;
            case "Taken to 1, 2, 3":
                call.Join(5);
                call.Request(5);
                control.Route(call.Effects);
                return (control.State.ToString(), Describe(call.Effects, only: FloorMessageType.Taken));
            case "Granted to 1":
                call.Request(1);
                control.Route(call.Effects);
                return (control.State.ToString(), Describe(call.Effects, only: FloorMessageType.Granted));
            default:
                if (control.NextDeadline > now + TimeSpan.FromSeconds(10))
                    return (control.State.ToString(), FloorMatrix.NotRunning);
                control.Expire(control.NextDeadline, effects);
                break;
        }
        return ($"{control.State}/{control.MonitorCount}", Describe(effects));
    }

    private static string Describe(FloorEffects effects, FloorMessageType? only = null)
    {
        var words = new List<string>();
        for (int i = 0; i < effects.Count; i++)
        {
            FloorEffect effect = effects[i];
            if (only is not null && (effect.MessageType != only || effect.Kind is not
                (FloorEffectKind.Send or FloorEffectKind.SendOnSubchannel)))
                continue;
            words.Add(effect.Kind switch
            {
                FloorEffectKind.SendOnBearer => Subchannel(effects.Message(effect)) + "→bearer",
                FloorEffectKind.SendOnSubchannel => $"{effect.MessageType}→group",
                FloorEffectKind.Send => $"{effect.MessageType}→{effect.Participant}",
                FloorEffectKind.FloorTaken => $"FloorTaken {effect.Participant}",
                var kind => kind.ToString(),
            });
        }
        return words.Count == 0 ? "-" : string.Join(' ', words);
    }

    private static string Subchannel(ReadOnlySpan<byte> octets)
    {
        Assert.Equal(FloorOutcome.Ok, SubchannelMessage.TryParse(octets, out SubchannelMessage message, out _));
        Assert.True(message.TryGetMcpttGroupId(out ReadOnlySpan<byte> group));
        Assert.Equal("sip:grp1@mc.example", Encoding.UTF8.GetString(group));
        return message.Type == SubchannelMessageType.MapGroupToBearer ? "Map" : "Unmap";
    }

    private void Monitor(params int[] numbers)
    {
        foreach (int number in numbers)
            _control.ReportMonitoring(number, true, _now, _effects);
    }

    private void Listen(params int[] numbers)
    {
        foreach (int number in numbers)
            _control.ReportListening(number, true);
    }

    private string Do(Action step)
    {
        _effects.Clear();
        step();
        return Describe(_effects);
    }

    private string Pass(double seconds) => Do(() =>
    {
        Instant until = _now + TimeSpan.FromSeconds(seconds);
        while (_control.NextDeadline <= until)
        {
            _now = _control.NextDeadline;
            _control.Expire(_now, _effects);
        }
        _now = until;
    });
}
