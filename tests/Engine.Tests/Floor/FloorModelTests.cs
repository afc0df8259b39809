using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;
using Xunit.Sdk;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>What floor control owes its users, whatever the network and the users do.</summary>
public sealed class FloorModelTests
{
    public static TheoryData<string> Kinds =>
        ["single", "several talkers", "dual floor", "audio cut-in", "broadcast", "temporary group"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void After_any_trouble_everybody_sees_the_floor_as_the_server_does(string kind) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(kind, seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_runs_of_one_seed_give_the_same_trace(string kind)
    {
        FloorWorld first = Run(kind, 20260101);
        FloorWorld second = Run(kind, 20260101);
        Assert.Equal(first.Trace, second.Trace);
        Assert.NotEqual(first.Trace, Run(kind, 20260102).Trace);
        Assert.True(first.Grants > 3, first.Trace);
    }

    // The file is of another process: what depends on hashing, on addresses or on the machine shows, and so does every change.
    [Fact]
    public void The_traces_are_those_of_every_run_before()
    {
        var hashes = new StringBuilder("SHA-256 of the trace of seed 20260101: who sent what, octet by octet, when.\n\n");
        foreach (string kind in Kinds.Select(row => row.Data))
        {
            FloorWorld world = Run(kind, 20260101);
            byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(world.Trace));
            hashes.Append(CultureInfo.InvariantCulture, $"{kind}, {world.Grants} grants: {Convert.ToHexStringLower(hash)}\n");
        }
        FloorMatrix.AssertGolden("floor-traces", hashes.ToString());
    }

    [Fact]
    public void After_any_trouble_several_talkers_hear_each_other_and_everybody_hears_them() =>
        AfterTrouble("several talkers", world =>
        {
            world.Press(1);
            world.Press(2);
            world.Run(2);
            world.AssertEverybodySeesTheTalkers(1, 2);
            world.Release(1);
            world.Run(1);
            world.AssertEverybodySeesTheTalkers(2);
        });

    [Fact]
    public void After_any_trouble_an_emergency_overrides_the_talker_and_gives_back() =>
        AfterTrouble("dual floor", world =>
        {
            world.Press(1, FloorIndicator.Normal);
            world.Run(1);
            world.Press(2, FloorIndicator.Emergency);
            world.Run(1);
            world.AssertOverriding(talker: 1, overriding: 2);
            world.Release(2);
            world.Run(1);
            world.AssertEverybodySeesTheTalkers(1);
        });

    [Fact]
    public void After_any_trouble_who_cuts_in_is_the_only_one_heard() =>
        AfterTrouble("audio cut-in", world =>
        {
            world.Press(1, FloorIndicator.Emergency);
            world.Run(1);
            world.Press(2, FloorIndicator.Normal);
            world.Run(1);
            world.AssertEverybodySeesTheTalkers(2);
        });

    [Fact]
    public void After_any_trouble_only_the_originator_of_a_broadcast_is_heard() =>
        AfterTrouble("broadcast", world =>
        {
            world.Press(1);
            world.Run(1);
            world.Press(2, FloorIndicator.Emergency);
            world.Run(1);
            world.AssertEverybodySeesTheTalkers(1);
        });

    [Fact]
    public void After_any_trouble_the_queue_is_in_order_of_priority_then_arrival() =>
        AfterTrouble("single", world =>
        {
            world.Press(1, FloorIndicator.Emergency);
            world.Run(1);
            foreach (int number in (int[])[5, 2, 4])
            {
                world.Press(number, FloorIndicator.Normal);
                world.Run(0.2);
            }
            world.AssertEverybodySeesTheTalkers(1);
            world.AssertQueue(4, 2, 5);
        });

    [Fact]
    public void After_any_trouble_who_is_behind_a_function_is_heard_in_all_groups() =>
        AfterTrouble("temporary group", world =>
        {
            world.Press(6);
            world.Run(2);
            world.AssertEverybodyHears(6);
        });

    [Fact]
    public void With_acknowledgements_a_lost_Taken_is_told_again_while_the_talk_goes_on() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var world = new FloorWorld(seed, Policy("single") with { RequestAckFromAll = true, RequestAck = true, AckAttempts = 20 },
                loss_percent: 40, participants: 5);
            world.Run(10);
            world.Heal();
            world.Run(15);
            world.Press(3);
            world.Run(2);
            world.AssertEverybodyHears(3);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void The_queue_is_in_order_of_priority_then_arrival_and_its_head_is_granted_next() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => CheckQueue(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static FloorPolicy Policy(string kind)
    {
        var policy = new FloorPolicy
        {
            T2 = TimeSpan.FromSeconds(6),
            T12 = TimeSpan.FromSeconds(6),
            T3 = TimeSpan.FromSeconds(1),
            MaxQueueTime = TimeSpan.FromSeconds(8),
        };
        return kind switch
        {
            "several talkers" => policy with { MaxTalkers = 2 },
            "dual floor" => policy with { DualFloor = true },
            "audio cut-in" => policy with { AudioCutIn = true },
            "temporary group" => policy with { TemporaryGroup = true },
            "broadcast" => policy with { Broadcast = true, BroadcastOriginator = 1 },
            _ => policy,
        };
    }

    private static void AfterTrouble(string kind, Action<FloorWorld> check) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => { Run(kind, seed, check); })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    private static FloorWorld Run(string kind, int seed) => Run(kind, seed, world =>
    {
        world.Press(1);
        world.Run(2);
        world.AssertEverybodyHears(1);
    });

    private static FloorWorld Run(string kind, int seed, Action<FloorWorld> check)
    {
        var world = new FloorWorld(seed, Policy(kind), loss_percent: seed % 50, participants: 6, kind == "temporary group" ? 3 : 0);
        try
        {
            world.Run(40);
            world.Heal();
            world.Run(25);
            world.AssertEverybodyAtRest();
            check(world);
        }
        catch (XunitException failure)
        {
            Assert.Fail($"{kind}, seed {seed}, {world.Now.Milliseconds} ms: {failure.Message}\n{world.Trace}");
        }
        return world;
    }

    /// <summary>A list kept beside the arbiter: who waits, how urgent, since when.</summary>
    private static void CheckQueue(Random random)
    {
        const int Participants = 12;
        var effects = new FloorEffects();
        Instant now = Instant.Zero;
        var arbiter = new FloorArbiter(new FloorPolicy { QueueDepth = 6, MediaInFlight = TimeSpan.Zero }, 1, now, effects);
        for (int number = 1; number <= Participants; number++)
        {
            arbiter.Join(number, new FloorParticipantProfile
            {
                McpttId = $"sip:p{number}@mc.example",
                QueueingNegotiated = true,
                NegotiatedPriority = 255,
                MayClaimEmergency = number % 2 == 0,
            }, false, now, effects);
        }
        var waiting = new List<(int Number, bool Preempts, int Weight, int Arrival)>();
        int talking = -1;
        int? talker = null;
        for (int step = 0; step < 400; step++)
        {
            effects.Clear();
            now += TimeSpan.FromMilliseconds(1);
            int number = random.Next(1, Participants + 1);
            bool pending = arbiter.State == FloorServerState.G_PendingFloorRevoke;
            if (random.Next(3) != 0)
            {
                byte priority = (byte)random.Next(1, 6);
                bool emergency = random.Next(15) == 0;
                int weight = priority + (emergency && number % 2 == 0 ? 0x200 : 0);
                arbiter.Receive(number, FloorMessages.Request(priority, emergency ? FloorIndicator.Emergency : FloorIndicator.Normal),
                    now, effects);
                int place = waiting.FindIndex(entry => entry.Number == number);
                if (number == talker)
                    talking = pending ? talking : Math.Max(talking, weight);
                else if (talker is null)
                    (talker, talking) = (number, weight);
                else if (weight > talking)
                    Wait(number, true, weight, step);
                else if (place >= 0 || waiting.Count(entry => !entry.Preempts) < 6)
                    Wait(number, false, weight, step);
            }
            else
            {
                arbiter.Receive(number, FloorMessages.Release(), now, effects);
                waiting.RemoveAll(entry => entry.Number == number);
                if (number == talker)
                {
                    talker = waiting.Count == 0 ? null : waiting[0].Number;
                    talking = waiting.Count == 0 ? -1 : waiting[0].Weight;
                    waiting.RemoveAll(entry => entry.Number == talker);
                }
            }
            Assert.Equal(talker, arbiter.Talker);
            Assert.Equal(waiting.Count, arbiter.QueueLength);
            for (int place = 0; place < waiting.Count; place++)
                Assert.Equal(place + 1, arbiter.QueuePositionOf(waiting[place].Number));
        }

        void Wait(int number, bool preempts, int weight, int arrival)
        {
            int place = waiting.FindIndex(entry => entry.Number == number);
            if (place >= 0)
            {
                preempts |= waiting[place].Preempts;
                if ((waiting[place].Preempts, waiting[place].Weight) == (preempts, weight))
                    return;
                waiting.RemoveAt(place);
            }
            waiting.Add((number, preempts, weight, arrival));
            waiting = [.. waiting.OrderByDescending(entry => entry.Preempts).ThenByDescending(entry => entry.Weight)
                .ThenBy(entry => entry.Arrival)];
        }
    }
}
