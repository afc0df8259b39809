using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// A call with a clock of its own. Participant 1 and 2 queue (mc_priority 5 and 3), 3 negotiated neither queueing nor priority,
/// 4 is receive-only, 9 is a dispatcher who queues (mc_priority 5) and may revoke and cancel. All may claim an emergency.
/// </summary>
internal sealed class ArbiterScene
{
    public ArbiterScene(FloorPolicy? policy = null, int participants = 3)
    {
        Arbiter = new FloorArbiter(policy ?? new FloorPolicy { MediaInFlight = TimeSpan.Zero }, 0x0F0E0D0C, Now, Effects);
        for (int number = 1; number <= participants; number++)
            Join(number);
        Effects.Clear();
    }

    public FloorEffects Effects { get; } = new();

    public FloorArbiter Arbiter { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    public FloorOutcome Outcome { get; private set; }

    public bool Forwarded { get; private set; }

    public static FloorParticipantProfile Profile(int number) => new()
    {
        McpttId = $"sip:p{number}@mc.example",
        QueueingNegotiated = number is 1 or 2 or 4 or 9,
        NegotiatedPriority = number switch { 1 or 9 => 5, 2 or 4 => 3, _ => null },
        ReceiveOnly = number == 4,
        MayRevoke = number == 9,
        MayCancelQueued = number == 9,
        MayClaimEmergency = true,
        MayClaimImminentPeril = true,
        AudioSsrc = 0xCAFE0000 + (uint)number,
    };

    public string Join(int number, bool implicitRequest = false) => Join(number, Profile(number), implicitRequest);

    public string Join(int number, FloorParticipantProfile profile, bool implicitRequest = false)
    {
        Effects.Clear();
        Outcome = Arbiter.Join(number, profile, implicitRequest, Now, Effects);
        return FloorEffectText.Describe(Effects);
    }

    public string Leave(int number)
    {
        Effects.Clear();
        Arbiter.Leave(number, Now, Effects);
        return FloorEffectText.Describe(Effects);
    }

    public string Receive(int number, byte[] datagram)
    {
        Effects.Clear();
        Outcome = Arbiter.Receive(number, datagram, Now, Effects);
        return FloorEffectText.Describe(Effects);
    }

    public string Request(int number, byte? priority = null, FloorIndicator indicator = FloorIndicator.Normal) =>
        Receive(number, FloorMessages.Request(priority, indicator));

    public string Release(int number, bool ack = false) => Receive(number, FloorMessages.Release(ack));

    public string Media(int number)
    {
        Effects.Clear();
        Forwarded = Arbiter.ReceiveMedia(number, Now, Effects);
        return FloorEffectText.Describe(Effects);
    }

    public string Upgrade(int number, FloorIndicator callType) =>
        Do(() => Outcome = Arbiter.RequestImplicitly(number, callType, Now, Effects));

    public string CompleteInitialising() => Do(() => Arbiter.CompleteInitialising(Now, Effects));

    public string ReleaseCall() => Do(() => Arbiter.ReleaseCall(Now, Effects));

    /// <summary>Moves the clock and fires what is due, each timer at its time.</summary>
    public string Pass(double seconds)
    {
        Effects.Clear();
        Instant until = Now + TimeSpan.FromSeconds(seconds);
        while (Arbiter.NextDeadline <= until)
        {
            Now = Arbiter.NextDeadline;
            Arbiter.Expire(Now, Effects);
        }
        Now = until;
        return FloorEffectText.Describe(Effects);
    }

    /// <summary>The talker sends media every half second.</summary>
    public string Talk(int number, double seconds)
    {
        string all = "";
        for (double t = 0; t < seconds; t += 0.5)
        {
            all += Media(number) + " " + Pass(0.5) + " ";
        }
        return all.Replace("- ", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>The message of this type sent to this participant by the last step.</summary>
    public FloorMessage Sent(FloorMessageType type, int participant)
    {
        for (int i = 0; i < Effects.Count; i++)
        {
            if (Effects[i].Kind != FloorEffectKind.Send || Effects[i].Participant != participant ||
                Effects[i].MessageType != type)
                continue;
            FloorMessage.TryParse(Effects.Message(Effects[i]), out FloorMessage message, out _);
            return message;
        }
        throw new InvalidOperationException($"No {type} to {participant}: {FloorEffectText.Describe(Effects)}");
    }

    private string Do(Action step)
    {
        Effects.Clear();
        step();
        return FloorEffectText.Describe(Effects);
    }
}
