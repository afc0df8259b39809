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

    /// <summary>Of a floor's objects, which lie together because they are made together.</summary>
    private const int FloorSize_bytes = 1152;

    private const int PolicySize_bytes = 240;

    private readonly byte[] _scratch = new byte[SendQueue.MaxPayload_bytes];

    /// <summary>
    /// Has the processor fetch what the floor of a call and the messages of its next event are made of: of most calls nothing is in a
    /// cache any more, and one after the other each piece would be waited for.
    /// </summary>
    public static void Prefetch(MediaCall call)
    {
        ObjectFetch.Fetch(call, MediaCall.Size_bytes);
        ObjectFetch.Fetch(call.Floor, FloorSize_bytes);
        ObjectFetch.Fetch(call.Policy, PolicySize_bytes);
        call.FloorPaths.Prefetch(0);
    }

    /// <summary>
    /// Empties <see cref="RouterState.Effects"/>, what plain legs answer included, and notes the call's new deadline.
    /// </summary>
    public void Emit(MediaCall call)
    {
        FloorEffects effects = state.Effects;
        call.Subchannel?.Process(effects, state.Now);
        int place = 0;
        for (int i = 0; i < effects.Count; i++)
        {
            if (i != 0 && i % FloorPaths.FetchedAhead == 0)
                call.FloorPaths.Prefetch(place);
            ref readonly FloorEffect effect = ref effects[i];
            if (effect.Kind == FloorEffectKind.Send)
            {
                if (call.FloorPaths.TryFind(call, effect.Participant, ref place, out FloorPath path))
                    Send(path, effects.Message(effect));
                else if (call.PlainLegs.TryGetValue(effect.Participant, out PlainLeg? plain))
                    plain.Floor.Receive(effects.Message(effect), state);
                continue;
            }
            if (effect.Kind == FloorEffectKind.SendToControllingFunction)
            {
                if (call.ControllingFunction is not null)
                    Send(new FloorPath(call.ControllingFunction), effects.Message(effect));
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

    private void Send(in FloorPath path, ReadOnlySpan<byte> message)
    {
        if (!path.Address.IsUsable || message.Length + path.Sender.Overhead_bytes > _scratch.Length)
            return;
        message.CopyTo(_scratch);
        // One machine serves legs under different keys, and one key may serve several calls: each leg has its own SSRC.
        BinaryPrimitives.WriteUInt32BigEndian(_scratch.AsSpan(4), path.Sender.Ssrc);
        if (path.Sender.Protect(_scratch, message.Length, out int length) != SrtpOutcome.Ok)
        {
            state.Counters.Drop(MediaDrop.Refused);
            return;
        }
        if (queue.BeginPayload(_scratch.AsSpan(0, length)) && queue.Add(path.Address))
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
