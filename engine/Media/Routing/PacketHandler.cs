using System.Buffers.Binary;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>One packet's way: find the flow, authenticate, ask the floor, queue copies. Allocates nothing.</summary>
internal sealed class PacketHandler(RouterState state, SendQueue audioQueue, FloorOutput floorOutput, IReportSink reports)
{
    /// <summary>The static RTP payload type of comfort noise (RFC 3389).</summary>
    private const byte ComfortNoise = 13;

    private const int FloorParticipantProfileSize_bytes = 64;

    private readonly byte[] _scratch = new byte[SendQueue.MaxPayload_bytes];

    /// <summary>The legs that are served another way.</summary>
    public PlainHandler Plain => field ??= new PlainHandler(state, audioQueue, floorOutput, Forward);

    public void ReceiveAudio(SocketAddressKey from, ReadOnlySpan<byte> packet, Instant now)
    {
        state.Counters.ReceivedMedia_packets++;
        if (IsRtcp(packet) || !RtpHeader.TryParse(packet, out RtpHeader header) || packet.Length > _scratch.Length ||
            !SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> octets))
        {
            if (!Plain.Receive(from, packet))
                state.Counters.Drop(MediaDrop.Malformed);
            return;
        }
        ulong mki = BinaryPrimitives.ReadUInt64BigEndian(octets);
        FlowSelection selection = state.FunctionFlows.Select(mki, from, out LegFlow? flow);
        if (selection == FlowSelection.UnknownSource)
            selection = state.AudioFlows.Select(mki, from, header.Ssrc, out flow);
        if (flow is null)
        {
            if (!Plain.Receive(from, packet))
                state.Counters.Drop(ReasonFor(selection));
            return;
        }
        MediaLeg leg = flow.Leg;
        // Into scratch: the payload stays end-to-end protected, only its tag matters here.
        SrtpOutcome outcome = leg.Function is FunctionLink function
            ? function.Unprotect(packet, _scratch, now, out int length)
            : leg.MediaReceiver.Unprotect(packet, _scratch, out length);
        if (outcome != SrtpOutcome.Ok)
        {
            state.Counters.Drop(MediaDropReasons.Of(outcome));
            return;
        }

        flow.Ssrc = header.Ssrc;
        MediaCall call = leg.Call;
        if (selection == FlowSelection.FoundElsewhere)
        {
            state.AudioFlows.Move(flow, from);
            call.UpdateTarget(leg);
        }
        if (length == header.Length_bytes)
        {
            state.Counters.Drop(MediaDrop.Empty);
            return;
        }
        bool mayTalk;
        if (header.PayloadType == ComfortNoise)
        {
            // Silence follows the talk it belongs to, but neither keeps the floor nor asks for it.
            mayTalk = call.Floor.MaySendMedia(leg.Id.Value);
        }
        else
        {
            mayTalk = call.Floor.ReceiveMedia(leg.Id.Value, now, state.Effects);
            if (mayTalk)
                call.Subchannel?.Control.ConversationContinues(now, state.Effects);
            floorOutput.Emit(call);
        }
        if (!mayTalk)
        {
            state.Counters.Drop(MediaDrop.NoFloor);
            return;
        }
        Forward(call, leg.Id.Value, leg.TargetIndex, packet);
        if (call.PlainLegs.Count > 0 && header.TryReadPayload(_scratch.AsSpan(0, length), out ReadOnlySpan<byte> payload))
            Plain.Deliver(call, leg.Id.Value, header, payload);
    }

    public void ReceiveFloor(SocketAddressKey from, ReadOnlySpan<byte> packet, Instant now)
    {
        state.Counters.ReceivedFloor_packets++;
        if (packet.Length > _scratch.Length ||
            !SrtpReceiver.TryReadRtcpMki(packet, ClientServerKey.Mki_bytes, out ReadOnlySpan<byte> octets))
        {
            state.Counters.Drop(MediaDrop.Malformed);
            return;
        }
        uint cskId = BinaryPrimitives.ReadUInt32BigEndian(octets);
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        FlowSelection selection = state.FloorFlows.Select(cskId, from, ssrc, out LegFlow? flow);
        if (flow is null)
        {
            state.Counters.Drop(ReasonFor(selection));
            return;
        }
        Prefetch(flow);
        // One key serves both directions: a message of ours that comes back would authenticate.
        foreach (LegFlow sameKey in state.FloorFlows.Find(cskId))
        {
            if (sameKey.Leg.ServerSsrc != ssrc)
                continue;
            state.Counters.Drop(MediaDrop.Replayed);
            return;
        }
        MediaLeg leg = flow.Leg;
        // One SPK serves all calls between two servers: a message of another call must not be taken for one of this call.
        if ((leg.FloorSsrc != 0 && leg.FloorSsrc != ssrc) || (leg.Function is not null && selection != FlowSelection.Found))
        {
            state.Counters.Drop(MediaDrop.UnknownSource);
            return;
        }
        SrtpOutcome outcome = flow.Control!.Unprotect(packet, _scratch, out int length);
        if (outcome != SrtpOutcome.Ok)
        {
            state.Counters.Drop(MediaDropReasons.Of(outcome));
            return;
        }

        flow.Ssrc = ssrc;
        // The same for messages of ours to legs that are gone: they may not move anybody.
        if (selection == FlowSelection.FoundElsewhere && !leg.Control.HasClaimed(ssrc))
        {
            state.FloorFlows.Move(flow, from);
            leg.Call.FloorPaths.Move(leg);
        }
        FloorOutcome heard = leg.Call.Floor.Receive(leg.Id.Value, _scratch.AsSpan(0, length), now, state.Effects);
        if (heard is FloorOutcome.Malformed or FloorOutcome.TooManyMessages)
            state.Counters.Drop(MediaDrop.FloorMalformed);
        FloorRefusals.Note(leg, state, reports, now);
        floorOutput.Emit(leg.Call);
    }

    private static void Prefetch(LegFlow flow)
    {
        flow.Control!.Prefetch();
        FloorOutput.Prefetch(flow.Call);
        ObjectFetch.Fetch(flow.Leg.Profile, FloorParticipantProfileSize_bytes);
    }

    private void Forward(MediaCall call, int talker, int except, ReadOnlySpan<byte> packet)
    {
        state.Counters.AcceptedMedia_packets++;
        if (DualFloorRoute.IsForOverridingOnly(call, talker, out MediaLeg? overriding))
        {
            ForwardTo(overriding!, packet);
            return;
        }
        ReadOnlySpan<SocketAddressKey> targets = call.Targets.Addresses;
        int others = except < 0 ? targets.Length : targets.Length - 1;
        if (others > 0)
        {
            bool stored = audioQueue.BeginPayload(packet);
            int forwarded = 0;
            for (int i = 0; i < targets.Length; i++)
            {
                if (i == except)
                    continue;
                if (stored && audioQueue.Add(targets[i]))
                    forwarded++;
                else
                    state.Counters.Drop(MediaDrop.QueueFull);
            }
            state.Counters.ForwardedMedia_packets += forwarded;
        }
        if (call.Subchannel is not { IsMapped: true } subchannel)
            return;
        if (subchannel.Queue.BeginPayload(packet) && subchannel.Queue.Add(subchannel.Media))
            state.Counters.MulticastMedia_packets++;
        else
            state.Counters.Drop(MediaDrop.QueueFull);
    }

    // By unicast also to a leg that is served by the bearer: it alone is to hear this.
    private void ForwardTo(MediaLeg only, ReadOnlySpan<byte> packet)
    {
        if (!only.Audio.Address.IsUsable)
            return;
        if (audioQueue.BeginPayload(packet) && audioQueue.Add(only.Audio.Address))
            state.Counters.ForwardedMedia_packets++;
        else
            state.Counters.Drop(MediaDrop.QueueFull);
    }

    /// <summary>One of the packet types RTCP has when it shares a port (RFC 5761 4).</summary>
    private static bool IsRtcp(ReadOnlySpan<byte> packet) => packet.Length > 1 && packet[1] is >= 192 and <= 223;

    private static MediaDrop ReasonFor(FlowSelection selection) =>
        selection == FlowSelection.UnknownMki ? MediaDrop.UnknownMki : MediaDrop.UnknownSource;
}
