using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>A floor participant with a clock of its own.</summary>
internal sealed class ParticipantScene(FloorParticipantOptions? options = null)
{
    public static FloorParticipantOptions Options { get; } = new() { Ssrc = 0x0A0B0C01, Priority = 5 };

    public FloorEffects Effects { get; } = new();

    public FloorParticipant Participant { get; } = new(options ?? Options);

    public Instant Now { get; private set; } = Instant.Zero;

    public FloorOutcome Outcome { get; private set; }

    public FloorParticipantState State => Participant.State;

    public string Press() => Do(() => Participant.PushToTalk(Now, Effects));

    public string LetGo() => Do(() => Participant.ReleaseToTalk(Now, Effects));

    public string AskPosition() => Do(() => Participant.RequestQueuePosition(Now, Effects));

    public string Media() => Do(() => Participant.ReceiveMedia(Now, Effects));

    public string Receive(byte[] datagram) => Do(() => Outcome = Participant.Receive(datagram, Now, Effects));

    public string Pass(double seconds) => Do(() =>
    {
        Instant until = Now + TimeSpan.FromSeconds(seconds);
        while (Participant.NextDeadline <= until)
        {
            Now = Participant.NextDeadline;
            Participant.Expire(Now, Effects);
        }
        Now = until;
    });

    /// <summary>The first message of the last step.</summary>
    public FloorMessage Sent()
    {
        for (int i = 0; i < Effects.Count; i++)
        {
            if (Effects[i].Kind != FloorEffectKind.Send)
                continue;
            FloorMessage.TryParse(Effects.Message(Effects[i]), out FloorMessage message, out _);
            return message;
        }
        throw new InvalidOperationException("Nothing was sent.");
    }

    public string Do(Action step)
    {
        Effects.Clear();
        step();
        return FloorEffectText.Describe(Effects);
    }
}
