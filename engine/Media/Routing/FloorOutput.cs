using System.Buffers.Binary;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>Carries out what a floor machine asked for: protects and queues its messages, reports its decisions.</summary>
internal sealed class FloorOutput(RouterState state, SendQueue queue, IReportSink reports)
{
    /// <summary>What a floor machine writes where <see cref="Send"/> puts the leg's own SSRC.</summary>
    public const uint LegSsrcComesLater = 0;

    /// <summary>Receivers whose keys are fetched at one time: in most calls they are in no cache any more.</summary>
    private const int FetchedAhead = 16;

    private readonly byte[] _scratch = new byte[SendQueue.MaxPayload_bytes];

    /// <summary>
    /// Empties <see cref="RouterState.Effects"/>, what plain legs answer included, and notes the call's new deadline.
    /// </summary>
    public void Emit(MediaCall call)
    {
        FloorEffects effects = state.Effects;
        call.Subchannel?.Process(effects, state.Now);
        for (int i = 0; i < effects.Count; i++)
        {
            if (i % FetchedAhead == 0)
                Prefetch(call, effects, i);
            ref readonly FloorEffect effect = ref effects[i];
            if (effect.Kind == FloorEffectKind.Send)
            {
                if (call.Legs.TryGetValue(effect.Participant, out MediaLeg? receiver))
                    Send(receiver, effects.Message(effect));
                else if (call.PlainLegs.TryGetValue(effect.Participant, out PlainLeg? plain))
                    plain.Floor.Receive(effects.Message(effect), state);
                continue;
            }
            if (effect.Kind == FloorEffectKind.SendToControllingFunction)
            {
                if (call.ControllingFunction is not null)
                    Send(call.ControllingFunction, effects.Message(effect));
                continue;
            }
            if (effect.Kind is FloorEffectKind.SendOnSubchannel or FloorEffectKind.SendOnBearer)
            {
                SendOnce(call.Subchannel!, effect.Kind, effects.Message(effect));
                continue;
            }
            Report(call, effect);
        }
        call.Watch?.Note(effects, state.Now);
        effects.Clear();
        state.Deadlines.Update(call, call.NextDeadline);
    }

    private static void Prefetch(MediaCall call, FloorEffects effects, int from)
    {
        int end = Math.Min(from + FetchedAhead, effects.Count);
        for (int i = from; i < end; i++)
        {
            if (effects[i].Kind == FloorEffectKind.Send && call.Legs.TryGetValue(effects[i].Participant, out MediaLeg? receiver))
                receiver.FloorSender.PrefetchRtcp();
        }
    }

    private void Send(MediaLeg leg, ReadOnlySpan<byte> message)
    {
        if (!leg.Floor.Address.IsUsable || message.Length + leg.FloorSender.MaxOverhead_bytes > _scratch.Length)
            return;
        message.CopyTo(_scratch);
        // One machine serves legs under different keys, and one key may serve several calls: each leg has its own SSRC.
        BinaryPrimitives.WriteUInt32BigEndian(_scratch.AsSpan(4), leg.ServerSsrc);
        if (leg.FloorSender.ProtectRtcp(_scratch, message.Length, out int length) != SrtpOutcome.Ok)
        {
            state.Counters.Drop(MediaDrop.Refused);
            return;
        }
        if (queue.BeginPayload(_scratch.AsSpan(0, length)) && queue.Add(leg.Floor.Address))
            state.Counters.SentFloor_packets++;
        else
            state.Counters.Drop(MediaDrop.QueueFull);
    }

    private void SendOnce(CallSubchannel subchannel, FloorEffectKind kind, ReadOnlySpan<byte> message)
    {
        if (message.Length > _scratch.Length)
            return;
        message.CopyTo(_scratch);
        MediaDrop? lost;
        if (kind == FloorEffectKind.SendOnBearer)
        {
            lost = subchannel.SendOnBearer(_scratch, message.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(_scratch.AsSpan(4), subchannel.FloorSsrc);
            lost = subchannel.SendOnSubchannel(_scratch, message.Length);
        }
        if (lost is { } reason)
            state.Counters.Drop(reason);
        else
            state.Counters.SentFloor_packets++;
    }

    private void Report(MediaCall call, in FloorEffect effect)
    {
        switch (effect.Kind)
        {
            case FloorEffectKind.FloorTaken or FloorEffectKind.TalkerAdded
                when call.Legs.TryGetValue(effect.Participant, out MediaLeg? talker):
                reports.Report(talker.TalkingReport);
                break;
            case FloorEffectKind.FloorTaken or FloorEffectKind.TalkerAdded
                when call.PlainLegs.TryGetValue(effect.Participant, out PlainLeg? plain):
                reports.Report(plain.TalkingReport);
                break;
            case FloorEffectKind.FloorIdle:
                reports.Report(call.IdleReport);
                break;
            case FloorEffectKind.CallInactive:
                reports.Report(new CallInactive(call.Id));
                break;
            case FloorEffectKind.ParticipantUnresponsive:
                reports.Report(new LegUnresponsive(call.Id, new LegId(effect.Participant)));
                break;
            case FloorEffectKind.UnicastMediaStopped or FloorEffectKind.UnicastMediaResumed
                when call.Legs.TryGetValue(effect.Participant, out MediaLeg? leg):
                leg.UnicastStopped = effect.Kind == FloorEffectKind.UnicastMediaStopped;
                call.UpdateTarget(leg);
                break;
            case FloorEffectKind.SubchannelMapped or FloorEffectKind.SubchannelUnmapped:
                call.UpdateTargets();
                break;
            default:
                break;
        }
    }
}
