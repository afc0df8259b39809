using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>TS 24.380 6.3.4.4.7a, 6.3.6, 8.2.14: more than one talks.</summary>
public sealed class SeveralTalkersTests
{
    private static readonly FloorPolicy s_two = new() { MaxTalkers = 2, MediaInFlight = TimeSpan.Zero };
    private static readonly FloorPolicy s_dual = new() { DualFloor = true, MediaInFlight = TimeSpan.Zero };

    [Fact]
    public void Taken_lists_all_talkers_with_their_SSRCs_aliases_and_locations_entry_by_entry()
    {
        var scene = new ArbiterScene(s_two);
        scene.Join(8, ArbiterScene.Profile(8) with { LocationConsent = true });
        scene.Request(1);
        scene.Receive(8, FloorVectors.Octets(2));
        FloorMessage taken = scene.Sent(FloorMessageType.Taken, 2);
        Assert.True(taken.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> newest));
        Assert.Equal("sip:p8@mc.example", Encoding.UTF8.GetString(newest));
        Assert.True(taken.TryGetFloorIndicator(out FloorIndicator indicator));
        Assert.True(indicator.HasFlag(FloorIndicator.MultiTalker));
        Assert.True(taken.TryGetListOfGrantedUsers(out FloorTextList users));
        Assert.Equal(["sip:p1@mc.example", "sip:p8@mc.example"], Texts(users));
        Assert.True(taken.TryGetListOfSsrcs(out FloorSsrcList ssrcs));
        Assert.Equal((2, 0xCAFE0001u, 0xCAFE0008u), (ssrcs.Count, ssrcs[0], ssrcs[1]));
        Assert.True(taken.TryGetListOfFunctionalAliases(out FloorTextList aliases));
        Assert.Equal(["", "sip:fire-lead@mc.example"], Texts(aliases));
        Assert.True(taken.TryGetListOfLocations(out FloorLocationList locations));
        var types = new List<byte>();
        foreach (FloorLocation location in locations)
            types.Add(location.Type);
        Assert.Equal([0, 1], types);
    }

    [Fact]
    public void As_many_talkers_are_listed_as_fit_and_the_newest_is_always_named()
    {
        var scene = new ArbiterScene(s_two with { MaxTalkers = 3 }, participants: 0);
        for (int number = 1; number <= 4; number++)
            scene.Join(number, ArbiterScene.Profile(number) with { McpttId = $"sip:{new string('x', 100)}{number}" });
        scene.Request(1);
        scene.Request(2);
        scene.Request(3);
        FloorMessage taken = scene.Sent(FloorMessageType.Taken, 4);
        Assert.True(taken.TryGetListOfGrantedUsers(out FloorTextList users));
        Assert.True(taken.TryGetListOfSsrcs(out FloorSsrcList ssrcs));
        Assert.Equal((2, 2), (users.Count, ssrcs.Count));
        Assert.True(taken.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> newest));
        Assert.EndsWith("3", Encoding.UTF8.GetString(newest), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_stops_first_is_told_off_the_others_with_Release_Multi_Talker()
    {
        var scene = new ArbiterScene(s_two);
        scene.Request(1);
        scene.Request(2);
        Assert.Equal("TalkerEnded 1 ReleaseMultiTalker→2,3 Taken→1", scene.Release(1));
        FloorMessage released = scene.Sent(FloorMessageType.ReleaseMultiTalker, 3);
        Assert.True(released.TryGetUserId(out ReadOnlySpan<byte> user));
        Assert.Equal("sip:p1@mc.example", Encoding.UTF8.GetString(user));
        Assert.True(released.TryGetAudioSsrc(out uint ssrc));
        Assert.Equal(0xCAFE0001u, ssrc);
        Assert.Equal("FloorIdle Idle→1,2,3", scene.Release(2));
    }

    [Fact]
    public void Each_talker_has_timers_of_its_own()
    {
        var scene = new ArbiterScene(s_two with { T2 = TimeSpan.FromSeconds(10) });
        scene.Request(1);
        Assert.Equal("", scene.Talk(1, 3));
        scene.Request(2);
        Assert.Equal("TalkerEnded 2 ReleaseMultiTalker→1,3 Taken→2", scene.Talk(1, 4));
        Assert.Equal("Revoke#2→1", scene.Talk(1, 3));
    }

    [Fact]
    public void A_free_place_goes_to_the_head_of_the_queue()
    {
        var scene = new ArbiterScene(s_two);
        scene.Join(9);
        scene.Request(1);
        scene.Request(9);
        Assert.Equal("QueuePositionInfo=1→2", scene.Request(2));
        Assert.Equal("TalkerEnded 9 ReleaseMultiTalker→1,2,3 Taken→9 TalkerAdded 2 Granted→2 Taken→1,3,9", scene.Release(9));
    }

    [Fact]
    public void The_overriding_talker_is_granted_with_T12_and_both_are_forwarded()
    {
        var scene = new ArbiterScene(s_dual with { T12 = TimeSpan.FromSeconds(20) });
        scene.Request(1);
        scene.Media(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        Assert.True(scene.Sent(FloorMessageType.Granted, 3).TryGetDuration(out ushort duration_s));
        Assert.Equal(20, duration_s);
        Assert.Equal((1, 3), (scene.Arbiter.Talker, scene.Arbiter.OverridingTalker));
        scene.Media(1);
        Assert.True(scene.Forwarded);
        scene.Media(3);
        Assert.True(scene.Forwarded);
        scene.Media(2);
        Assert.False(scene.Forwarded);
    }

    [Fact]
    public void When_the_overridden_talker_ends_the_overriding_one_has_the_floor_with_the_rest_of_its_time()
    {
        var scene = new ArbiterScene(s_dual with { T12 = TimeSpan.FromSeconds(5), T2 = TimeSpan.FromSeconds(60) });
        scene.Request(1);
        scene.Media(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        scene.Talk(3, 3);
        Assert.Equal("TalkerEnded 1 Idle→1,2 Taken→1,2", scene.Release(1));
        Assert.Equal((FloorDualState.StartStop, 3), (scene.Arbiter.DualState, scene.Arbiter.Talker));
        Assert.Equal("Revoke#2→3", scene.Talk(3, 2.5));
    }

    [Fact]
    public void T12_ends_the_override_at_once_with_Revoke_2()
    {
        var scene = new ArbiterScene(s_dual with { T12 = TimeSpan.FromSeconds(2), T1 = TimeSpan.FromMinutes(1) });
        scene.Request(1);
        scene.Media(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        Assert.Equal("Revoke#2→3 TalkerEnded 3 Idle(G)→1,2 Taken→2,3", scene.Talk(3, 2));
        Assert.Equal("Taken→3", scene.Release(3));
    }

    [Fact]
    public void A_late_joiner_is_told_of_both()
    {
        var scene = new ArbiterScene(s_dual);
        scene.Request(1);
        scene.Request(3, indicator: FloorIndicator.Emergency);
        Assert.Equal("Taken→5 Taken(G)→5", scene.Join(5));
    }

    [Fact]
    public void Kinds_of_floor_control_that_exclude_each_other_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ArbiterScene(s_dual with { MaxTalkers = 2 }));

    [Fact]
    public void Talking_together_allocates_nothing()
    {
        foreach (FloorPolicy policy in (ReadOnlySpan<FloorPolicy>)[s_two, s_dual, new() { AudioCutIn = true }])
        {
            var effects = new FloorEffects();
            var arbiter = new FloorArbiter(policy with { RequestAckFromAll = true, RequestAck = true }, 1, Instant.Zero, effects);
            for (int number = 1; number <= 20; number++)
                arbiter.Join(number, ArbiterScene.Profile(number), false, Instant.Zero, effects);
            byte[][] messages =
            [
                FloorMessages.Request(3), FloorMessages.Request(5, FloorIndicator.Emergency), FloorMessages.Release(),
                FloorMessages.Ack(FloorMessageType.Taken),
            ];
            int step = 0;
            void Talk()
            {
                for (int end = step + 10_000; step < end; step++)
                {
                    Instant now = Instant.FromMilliseconds(step * 10);
                    effects.Clear();
                    arbiter.Receive(1 + step * 7 % 20, messages[step * 5 % 4], now, effects);
                    arbiter.ReceiveMedia(1 + step % 20, now, effects);
                    arbiter.Expire(now, effects);
                }
            }
            Talk();
            Assert.Equal(0, Allocation.Least_bytes(Talk));
        }
    }

    private static List<string> Texts(FloorTextList list)
    {
        var texts = new List<string>();
        foreach (ReadOnlySpan<byte> text in list)
            texts.Add(Encoding.UTF8.GetString(text));
        return texts;
    }
}
