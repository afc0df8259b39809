using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>The steady state takes no memory.</summary>
public sealed class FloorAllocationTests
{
    [Fact]
    public void Media_of_the_talker_and_of_others_allocates_nothing()
    {
        var effects = new FloorEffects();
        FloorArbiter arbiter = Call(effects);
        arbiter.Receive(1, FloorMessages.Request(), Instant.Zero, effects);
        long now_ms = 0;
        AssertNoAllocation(() =>
        {
            now_ms += 20;
            effects.Clear();
            arbiter.ReceiveMedia(1, Instant.FromMilliseconds(now_ms), effects);
            arbiter.ReceiveMedia(7, Instant.FromMilliseconds(now_ms), effects);
            arbiter.ReceiveMedia(999, Instant.FromMilliseconds(now_ms), effects);
            if (arbiter.NextDeadline <= Instant.FromMilliseconds(now_ms))
                arbiter.Expire(Instant.FromMilliseconds(now_ms), effects);
        });
    }

    [Fact]
    public void A_cycle_of_request_grant_queue_and_release_allocates_nothing_on_either_side()
    {
        var effects = new FloorEffects();
        FloorArbiter arbiter = Call(effects);
        var participantEffects = new FloorEffects();
        var participant = new FloorParticipant(
            new FloorParticipantOptions { Ssrc = 1, Priority = 3, FunctionalAlias = "sip:a@b" });
        byte[] request = FloorVectors.Octets(2);
        byte[] release = FloorMessages.Release(ack: true);
        long now_ms = 0;
        int taken = 0;
        AssertNoAllocation(() =>
        {
            now_ms += 20;
            Instant now = Instant.FromMilliseconds(now_ms);
            effects.Clear();
            participantEffects.Clear();
            participant.PushToTalk(now, participantEffects);
            arbiter.Receive(1, participantEffects.Message(participantEffects[0]), now, effects);
            Deliver(effects, participant, now, participantEffects);
            taken += participant.State == FloorParticipantState.U_HasPermission ? 1 : 0;
            arbiter.Receive(2, request, now, effects);
            arbiter.ReceiveMedia(1, now, effects);
            effects.Clear();
            participant.ReleaseToTalk(now, participantEffects);
            arbiter.Receive(1, release, now, effects);
            arbiter.Receive(2, release, now, effects);
            arbiter.Expire(now, effects);
            Deliver(effects, participant, now, participantEffects);
        });
        Assert.True(taken > 1000);
    }

    [Fact]
    public void Reading_every_field_of_every_vector_and_writing_it_again_allocates_nothing()
    {
        byte[][] vectors = [.. Enumerable.Range(1, FloorVectors.Hex.Length).Select(FloorVectors.Octets)];
        byte[] buffer = new byte[2048];
        int same = 0;
        int step = 0;
        AssertNoAllocation(() =>
        {
            byte[] vector = vectors[step++ % vectors.Length];
            FloorMessage.TryParse(vector, out FloorMessage message, out _);
            var writer = new FloorMessageWriter(buffer, message.Type, message.AckRequired, message.Ssrc);
            foreach (FloorFieldReader field in message.Fields)
            {
                if (message.TryFind(field.Id, 0, out ReadOnlySpan<byte> value))
                    writer.AddField(field.Id, value);
            }
            same += buffer.AsSpan(0, writer.Complete()).SequenceEqual(vector) ? 1 : 0;
        });
        Assert.Equal(step, same);
    }

    private static void Deliver(FloorEffects effects, FloorParticipant participant, Instant now, FloorEffects participantEffects)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind == FloorEffectKind.Send && effects[i].Participant == 1)
                participant.Receive(effects.Message(effects[i]), now, participantEffects);
        }
    }

    private static FloorArbiter Call(FloorEffects effects)
    {
        var arbiter = new FloorArbiter(new FloorPolicy(), 1, Instant.Zero, effects);
        for (int number = 1; number <= 50; number++)
        {
            arbiter.Join(number, new FloorParticipantProfile
            {
                McpttId = $"sip:p{number}@mc.example",
                QueueingNegotiated = true,
                NegotiatedPriority = 3,
                AudioSsrc = (uint)number,
            }, false, Instant.Zero, effects);
        }
        return arbiter;
    }

    private static void AssertNoAllocation(Action step)
    {
        for (int i = 0; i < 2000; i++)
            step();
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 10_000; i++)
                step();
        }));
    }
}
