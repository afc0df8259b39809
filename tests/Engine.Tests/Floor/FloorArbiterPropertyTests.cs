using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>What holds whatever happens in whatever order.</summary>
public sealed class FloorArbiterPropertyTests
{
    private const int Participants = 6;

    [Fact]
    public void One_talker_at_most_no_duplicates_in_the_queue_and_one_grant_outstanding() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(new Random(seed), 300))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static void Run(Random random, int steps)
    {
        var effects = new FloorEffects();
        Instant now = Instant.Zero;
        var policy = new FloorPolicy
        {
            Queueing = random.Next(4) != 0,
            QueueDepth = random.Next(5),
            MaxQueueTime = TimeSpan.FromSeconds(random.Next(3)),
            T2 = TimeSpan.FromSeconds(5),
            T3 = TimeSpan.FromSeconds(random.Next(4)),
            Broadcast = random.Next(8) == 0,
            BroadcastOriginator = 1,
            RequestAck = random.Next(2) == 0,
        };
        var arbiter = new FloorArbiter(policy, 1, now, effects);
        int? granted = null;
        for (int step = 0; step < steps; step++)
        {
            effects.Clear();
            int? talker = arbiter.Talker;
            int participant = random.Next(1, Participants + 1);
            switch (random.Next(12))
            {
                case 0:
                    arbiter.Join(participant, RandomProfile(participant, random), random.Next(3) == 0, now, effects);
                    break;
                case 1 when random.Next(3) == 0:
                    arbiter.Leave(participant, now, effects);
                    break;
                case 2 or 3:
                    Assert.Equal(talker == participant, arbiter.ReceiveMedia(participant, now, effects));
                    break;
                case 4 or 5:
                    now += TimeSpan.FromMilliseconds(random.Next(3000));
                    arbiter.Expire(now, effects);
                    Assert.True(arbiter.NextDeadline > now);
                    break;
                case 6 when random.Next(100) == 0:
                    arbiter.ReleaseCall(now, effects);
                    break;
                default:
                    arbiter.Receive(participant, RandomDatagram(random), now, effects);
                    break;
            }
            granted = CheckGrants(effects, granted);
            CheckStates(arbiter, granted);
        }
    }

    /// <summary>Plays the effects: a grant goes to the participant whose turn was just told, and to nobody after Idle.</summary>
    private static int? CheckGrants(FloorEffects effects, int? granted)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            FloorEffect effect = effects[i];
            if (effect.Kind == FloorEffectKind.FloorTaken)
                granted = effect.Participant;
            else if (effect.Kind == FloorEffectKind.FloorIdle)
                granted = null;
            if (effect.Kind != FloorEffectKind.Send)
                continue;
            FloorOutcome outcome = FloorMessage.TryParse(effects.Message(effect), out FloorMessage message, out int length);
            Assert.Equal(FloorOutcome.Ok, outcome);
            Assert.Equal(effects.Message(effect).Length, length);
            Assert.Equal(effect.MessageType, message.Type);
            if (message.Type == FloorMessageType.Granted)
                Assert.Equal(granted, effect.Participant);
            if (message.Type is FloorMessageType.Taken)
                Assert.NotNull(granted);
        }
        return granted;
    }

    [Fact]
    public void A_participant_never_throws_and_never_leaves_a_timer_that_is_due() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RunParticipant(new Random(seed), 300))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static void RunParticipant(Random random, int steps)
    {
        var scene = new ParticipantScene(ParticipantScene.Options with
        {
            AcceptQueuedGrantAutomatically = random.Next(2) == 0,
            BroadcastOriginator = random.Next(4) == 0,
        });
        Func<byte[]>[] messages =
        [
            () => FloorMessages.Granted(true), () => FloorMessages.Taken(), () => FloorMessages.Idle(),
            () => FloorMessages.Deny(1), () => FloorMessages.Revoke(3), () => FloorMessages.QueuePositionInfo(1),
            () => RandomDatagram(random),
        ];
        for (int step = 0; step < steps; step++)
        {
            FloorParticipantState before = scene.State;
            switch (random.Next(12))
            {
                case 0 or 1: scene.Press(); break;
                case 2: scene.LetGo(); break;
                case 3: scene.Media(); break;
                case 4: scene.AskPosition(); break;
                case 5: scene.Pass(random.NextDouble() * 3); break;
                case 6 when random.Next(50) == 0: scene.Participant.ReleaseCall(); break;
                default: scene.Receive(messages[random.Next(messages.Length)]()); break;
            }
            Assert.True(scene.Participant.NextDeadline > scene.Now);
            // Nobody comes to have permission but from a request of its own.
            if (scene.State == FloorParticipantState.U_HasPermission && before != scene.State)
                Assert.True(before is FloorParticipantState.U_PendingRequest or FloorParticipantState.U_Queued);
            if (scene.State is FloorParticipantState.U_PendingRequest or FloorParticipantState.U_PendingRelease)
                Assert.False(scene.Participant.NextDeadline.IsNever);
            if (scene.State == FloorParticipantState.Releasing)
                Assert.True(scene.Participant.NextDeadline.IsNever);
        }
    }

    private static void CheckStates(FloorArbiter arbiter, int? granted)
    {
        Assert.Equal(granted, arbiter.Talker);
        var permitted = new List<int>();
        var positions = new List<byte>();
        for (int number = 1; number <= Participants; number++)
        {
            if (arbiter.StateOf(number) is FloorServerParticipantState.U_Permitted or
                FloorServerParticipantState.U_PendingFloorRevoke)
                permitted.Add(number);
            if (arbiter.QueuePositionOf(number) is var position && position != FloorQueuePosition.NotQueued)
                positions.Add(position);
        }
        Assert.True(permitted.Count <= 1);
        Assert.Equal(arbiter.Talker is { } talker ? [talker] : [], permitted);
        Assert.Equal(arbiter.QueueLength, positions.Count);
        Assert.Equal(Enumerable.Range(1, positions.Count), positions.Order().Select(position => (int)position));
        if (arbiter.State == FloorServerState.G_FloorIdle)
            Assert.Equal(0, arbiter.QueueLength);
        Assert.Equal(arbiter.State is FloorServerState.G_FloorTaken or FloorServerState.G_PendingFloorRevoke,
            arbiter.Talker is not null);
    }

    private static FloorParticipantProfile RandomProfile(int number, Random random) => new()
    {
        McpttId = $"sip:p{number}@mc.example",
        QueueingNegotiated = random.Next(3) != 0,
        NegotiatedPriority = random.Next(2) == 0 ? (byte)random.Next(4) : null,
        ReceiveOnly = random.Next(8) == 0,
        AudioSsrc = (uint)random.Next(3),
        PrivacyRequested = random.Next(4) == 0,
        LocationConsent = random.Next(2) == 0,
        MayClaimEmergency = random.Next(2) == 0,
        MayClaimImminentPeril = random.Next(2) == 0,
    };

    private static byte[] RandomDatagram(Random random)
    {
        FloorIndicator[] types =
        [
            FloorIndicator.Normal, FloorIndicator.Normal, FloorIndicator.Normal, FloorIndicator.ImminentPeril,
            FloorIndicator.Emergency,
        ];
        switch (random.Next(10))
        {
            case 0 or 1 or 2 or 3:
                return FloorMessages.Request(random.Next(2) == 0 ? (byte)random.Next(5) : null, types[random.Next(types.Length)]);
            case 4 or 5:
                return FloorMessages.Release(random.Next(2) == 0);
            case 6:
                return FloorMessages.QueuePositionRequest();
            case 7:
                return [.. FloorMessages.Request(), .. FloorMessages.Release(), .. FloorMessages.Request()];
            case 8:
                return FloorVectors.Octets(random.Next(1, FloorVectors.Hex.Length + 1));
            default:
                byte[] rubbish = FloorVectors.Octets(random.Next(1, FloorVectors.Hex.Length + 1));
                rubbish[random.Next(rubbish.Length)] ^= (byte)random.Next(1, 256);
                return rubbish[..random.Next(rubbish.Length + 1)];
        }
    }
}
