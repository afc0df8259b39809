using MediaEngine.Floor;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>Sends a protected packet to every leg that holds the group's keys.</summary>
/// <param name="call">The call.</param>
/// <param name="except">The sender's place in <see cref="UnicastTargets"/>, -1 when it has none.</param>
/// <param name="packet">Protected.</param>
internal delegate void GroupForward(MediaCall call, int talker, int except, ReadOnlySpan<byte> packet);

/// <summary>The packets of plain legs, both ways: to them in their own protection, from them in the group's. Allocates nothing.</summary>
internal sealed class PlainHandler(RouterState state, SendQueue audioQueue, FloorOutput floorOutput, GroupForward forward)
{
    private readonly byte[] _opened = new byte[SendQueue.MaxPayload_bytes];
    private readonly byte[] _copy = new byte[SendQueue.MaxPayload_bytes];

    /// <summary>False when the packet is nobody's.</summary>
    public bool Receive(SocketAddressKey from, ReadOnlySpan<byte> packet)
    {
        if (state.PlainLegs.Find(from) is not { } leg)
            return false;
        uint? ssrc = leg.Receiver.Ssrc;
        if (!leg.Receiver.TryOpen(packet, _opened, state.Now, out RtpHeader header, out ReadOnlySpan<byte> payload, out MediaDrop drop))
        {
            state.Counters.Drop(drop);
            return true;
        }
        bool isVoice = header.PayloadType == G711.PayloadType;
        bool isEvent = header.PayloadType == leg.Media.TelephoneEvent;
        // In clear this is all there is to say that it is the endpoint's.
        if (!leg.IsLatched && (isVoice || isEvent))
            state.PlainLegs.Latch(leg, from);
        if (!leg.IsLatched || !isVoice && !isEvent || payload.IsEmpty)
        {
            state.Counters.Drop(MediaDrop.Empty);
            return true;
        }
        if (!leg.Media.Sends)
        {
            state.Counters.Drop(MediaDrop.NoFloor);
            return true;
        }
        if (ssrc != header.Ssrc)
            leg.PreRoll?.Clear();
        if (isEvent)
            leg.Floor.Talk.ReceiveDigit(payload, header.Timestamp, state.Now);
        else
            Hear(leg, header, payload);
        Settle(leg);
        if (isVoice)
            Speak(leg, header, payload);
        return true;
    }

    /// <summary>A talker's packet for the call's plain legs.</summary>
    public void Deliver(MediaCall call, int talker, in RtpHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.PayloadType != G711.PayloadType || !IsHeard(call, talker))
            return;
        foreach (PlainLeg leg in call.PlainLegs.Values)
        {
            if (leg.Id.Value == talker || !leg.Media.Receives || !leg.Address.IsUsable)
                continue;
            SrtpOutcome outcome = leg.Sender.Write(talker, header, payload, state.Now, _copy, out int length);
            if (outcome != SrtpOutcome.Ok)
                state.Counters.Drop(MediaDrop.Refused);
            else if (length > 0 && audioQueue.BeginPayload(_copy.AsSpan(0, length)) && audioQueue.Add(leg.Address))
                state.Counters.ForwardedMedia_packets++;
            else if (length > 0)
                state.Counters.Drop(MediaDrop.QueueFull);
        }
    }

    /// <summary>Lets the timers of a call's plain legs fire that are due.</summary>
    public void Expire(MediaCall call)
    {
        Instant next = Instant.Never;
        foreach (PlainLeg leg in call.PlainLegs.Values)
        {
            if (leg.Floor.NextDeadline <= state.Now)
            {
                leg.Floor.Expire(state);
                floorOutput.Emit(call);
            }
            next = Instant.Earlier(next, leg.Floor.NextDeadline);
        }
        call.PlainDeadline = next;
        floorOutput.Emit(call);
    }

    /// <summary>After anything that may have changed the wish of the leg's user.</summary>
    public void Settle(PlainLeg leg)
    {
        leg.Floor.Follow(state);
        if (!leg.Floor.HasFloor)
            leg.Voice.EndBurst();
        leg.Call.PlainDeadline = Instant.Earlier(leg.Call.PlainDeadline, leg.Floor.NextDeadline);
        floorOutput.Emit(leg.Call);
    }

    private void Hear(PlainLeg leg, in RtpHeader header, ReadOnlySpan<byte> payload)
    {
        if (leg.Floor.Talk.Mode != PlainTalkMode.VoiceActivity)
            return;
        leg.Floor.Talk.ReceiveAudio(G711.Power(payload), TimeSpan.FromMicroseconds(125 * payload.Length), state.Now);
    }

    private void Speak(PlainLeg leg, in RtpHeader header, ReadOnlySpan<byte> payload)
    {
        if (!leg.Floor.HasFloor)
        {
            leg.PreRoll?.Keep(header, payload, state.Now);
            return;
        }
        while (leg.PreRoll is { } before && before.TryTake(out RtpHeader earlier, out ReadOnlySpan<byte> voice))
            Speak(leg, earlier, voice, state.Now);
        Speak(leg, header, payload, state.Now);
    }

    private void Speak(PlainLeg leg, in RtpHeader header, ReadOnlySpan<byte> voice, Instant now)
    {
        MediaCall call = leg.Call;
        bool mayTalk = call.Floor.ReceiveMedia(leg.Id.Value, now, state.Effects);
        if (mayTalk)
            call.Subchannel?.Control.ConversationContinues(now, state.Effects);
        floorOutput.Emit(call);
        if (!mayTalk)
        {
            state.Counters.Drop(MediaDrop.NoFloor);
            return;
        }
        SrtpOutcome outcome = leg.Voice.Write(header, voice, now, _copy, out int length);
        if (outcome != SrtpOutcome.Ok || length == 0)
        {
            state.Counters.Drop(outcome == SrtpOutcome.Ok ? MediaDrop.Replayed : MediaDrop.Refused);
            return;
        }
        forward(call, leg.Id.Value, -1, _copy.AsSpan(0, length));
        Deliver(call, leg.Id.Value, header, voice);
    }

    // A plain endpoint plays one stream: of several talkers it hears who overrides the others, else who began first.
    private static bool IsHeard(MediaCall call, int talker) =>
        call.Arbiter is not { } arbiter || (arbiter.OverridingTalker ?? arbiter.Talker) == talker;
}
