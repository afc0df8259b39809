using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>What comes from a wire never throws, whoever is behind whom.</summary>
public sealed class TemporaryGroupFuzzTests
{
    private const int Function = 100;

    [Fact]
    public void Changed_and_cut_messages_up_and_down_never_throw_and_leave_no_timer_due() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void What_would_outgrow_a_message_by_relaying_is_refused()
    {
        var effects = new FloorEffects();
        NonControllingFloor function = NewFunction(effects);
        byte[] field = [17, 253, .. new byte[254]];
        foreach (int fields in (int[])[5, 6])
        {
            byte[] message = [.. FloorMessages.Request(), .. Enumerable.Repeat(field, fields).SelectMany(octets => octets)];
            int words = message.Length / 4 - 1;
            (message[2], message[3]) = ((byte)(words >> 8), (byte)words);
            effects.Clear();
            FloorOutcome expected = fields == 5 ? FloorOutcome.Ok : FloorOutcome.Malformed;
            Assert.Equal(expected, function.Receive(1, message, Instant.Zero, effects));
            Assert.Equal(fields == 5 ? 1 : 0, effects.Count);
        }
        byte[] deep = [.. FloorMessages.Request(), 11, 254, 1, 0, .. new byte[252]];
        deep[3] += 64;
        effects.Clear();
        Assert.Equal(FloorOutcome.Malformed, function.Receive(1, deep, Instant.Zero, effects));
        Assert.Equal(0, effects.Count);
    }

    private static void Run(Random random)
    {
        var effects = new FloorEffects();
        NonControllingFloor function = NewFunction(effects);
        var arbiter = new FloorArbiter(new FloorPolicy
        {
            MaxTalkers = random.Next(1, 4),
            QueueDepth = 4,
            T3 = TimeSpan.Zero,
            TemporaryGroup = random.Next(4) == 0,
            RequestAck = random.Next(2) == 0,
            RequestAckFromAll = random.Next(2) == 0,
        }, 1, Instant.Zero, effects);
        arbiter.Join(1, ArbiterScene.Profile(1), false, Instant.Zero, effects);
        arbiter.Join(Function, ArbiterScene.Profile(9) with { IsNonControllingFunction = true }, false, Instant.Zero, effects);
        var messages = new List<byte[]>
        {
            FloorMessages.Request(5), FloorMessages.Request(5, FloorIndicator.Emergency), FloorMessages.Release(true),
            FloorMessages.QueuePositionRequest(), FloorMessages.RevokeRequest(), FloorMessages.CancelQueued(),
            FloorMessages.Ack(FloorMessageType.Taken), FloorMessages.TakenBy("sip:p1@mc.example", "sip:p2@mc.example"),
        };
        messages.AddRange(Enumerable.Range(1, FloorVectors.Hex.Length).Select(FloorVectors.Octets));
        for (int step = 0; step < 200; step++)
        {
            Instant now = Instant.FromMilliseconds(step * 100);
            effects.Clear();
            byte[] message = Tracked(messages[random.Next(messages.Count)], random);
            switch (random.Next(8))
            {
                case 0: function.Receive(random.Next(1, 4), message, now, effects); break;
                case 1: function.ReceiveFromControllingFunction(message, now, effects); break;
                case 2: arbiter.ReceiveMedia(random.Next(2) == 0 ? 1 : Function, now, effects); break;
                case 3 when step == 100: arbiter.Leave(Function, now, effects); break;
                case 3: arbiter.CompleteInitialising(now, effects); break;
                default: arbiter.Receive(random.Next(5) == 0 ? 1 : Function, message, now, effects); break;
            }
            // What one side wrote, the other may hear.
            for (int i = 0; i < effects.Count; i++)
            {
                if (effects[i].Kind is FloorEffectKind.Send or FloorEffectKind.SendToControllingFunction)
                    messages[random.Next(8)] = effects.Message(effects[i]).ToArray();
            }
            arbiter.Expire(now, effects);
            Assert.True(arbiter.NextDeadline > now);
        }
    }

    private static NonControllingFloor NewFunction(FloorEffects effects)
    {
        var function = new NonControllingFloor(
            new NonControllingFloorOptions { UpstreamSsrc = 1, DownstreamSsrc = 2, ParticipantType = "first responder" },
            new CountingEntropy());
        for (int number = 1; number <= 3; number++)
            function.Join(number, ArbiterScene.Profile(number == 3 ? 9 : number), effects);
        return function;
    }

    private static byte[] Tracked(byte[] message, Random random)
    {
        byte[] tracked = [.. message, 11, 10, 1, 0, 0, 0, 0, 0, 0, 0, 0, (byte)random.Next(5)];
        if (random.Next(3) != 0)
            tracked[3] += 3;
        if (random.Next(4) == 0)
            tracked[random.Next(12, tracked.Length)] = (byte)random.Next(256);
        return random.Next(10) == 0 ? tracked[..random.Next(tracked.Length)] : tracked;
    }
}
