using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Every state of the floor participant with every event, held against a file to read beside the clauses.</summary>
public sealed class FloorParticipantMatrixTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_due = TimeSpan.FromSeconds(10);

    [Fact]
    public void Floor_participant()
    {
        string[] events =
        [
            "push to talk", "release to talk", "ask for queue position", "ask to revoke", "ask to cancel queued",
            "ask for no unicast media", "Granted", "Granted, ack", "Granted, dual floor", "Taken", "Taken, ack", "Taken, dual floor",
            "Taken by several", "Idle", "Idle, ack", "Idle, dual floor", "Idle, an old copy", "Deny", "Deny, ack", "Revoke",
            "Queue Position Info", "Queue Position Info, ack", "Release Multi Talker", "Ack", "cancel result",
            "cancel notification", "Request", "Release", "QueuePositionRequest", "UnicastMediaFlowControl", "RevokeRequest",
            "media", "T100 expiry", "T100 expiry, C100 reached", "T101 expiry", "T101 expiry, C101 reached", "T103 expiry",
            "T104 expiry", "T104 expiry, C104 reached", "T132 expiry", "session starts", "session starts, implicit request",
            "SDP answer with mc_granted", "call release 1", "call release 2",
        ];
        FloorMatrix.AssertGolden("floor-participant", FloorMatrix.Print(
            "Floor participant, TS 24.380 6.2.4. What is not specified for a state is ignored (6.2.4).\n" +
            "event, next state, effects",
            [
                ("U_HasNoPermission", "6.2.4.3"), ("U_PendingRequest", "6.2.4.4"), ("U_HasPermission", "6.2.4.5"),
                ("U_HasPermission (overriding)", "6.2.4.5"), ("U_HasPermission (overridden)", "6.2.4.5.8"),
                ("U_PendingRelease", "6.2.4.6"), ("U_Queued", "6.2.4.9"), ("U_Queued (offered)", "6.2.4.9"),
                ("Releasing", "6.2.4.8"), ("StartStop", "6.2.4.2"),
            ],
            events, (state, name) =>
            {
                ParticipantScene scene = Participant(state, OptionsFor(name));
                string effects = Apply(scene, name);
                string dual = scene.Participant.IsOverriding ? " (overriding)" : scene.Participant.IsOverridden ? " (overridden)" : "";
                return (scene.State + dual, effects);
            }));
    }

    private static FloorParticipantOptions OptionsFor(string name)
    {
        bool reached = name.EndsWith("reached", StringComparison.Ordinal);
        TimeSpan For(string timer) => name.StartsWith(timer + " ", StringComparison.Ordinal) ? s_due : s_long;
        return ParticipantScene.Options with
        {
            T100 = For("T100"),
            T101 = For("T101"),
            T103 = For("T103"),
            T104 = For("T104"),
            T132 = For("T132"),
            C100 = reached ? 1 : 3,
            C101 = reached ? 1 : 3,
            C104 = reached ? 1 : 3,
        };
    }

    private static ParticipantScene Participant(string state, FloorParticipantOptions options)
    {
        var scene = new ParticipantScene(options);
        scene.Receive(FloorMessages.Idle());
        switch (state)
        {
            case "U_HasNoPermission":
                scene.Receive(FloorMessages.Taken());
                break;
            case "U_PendingRequest":
                scene.Receive(FloorMessages.Taken());
                scene.Press();
                break;
            case "U_HasPermission":
                scene.Press();
                scene.Receive(FloorMessages.Granted());
                break;
            case "U_HasPermission (overriding)":
                scene.Press();
                scene.Receive(FloorMessages.Granted(indicator: FloorIndicator.DualFloor));
                break;
            case "U_HasPermission (overridden)":
                scene.Press();
                scene.Receive(FloorMessages.Granted());
                scene.Receive(FloorMessages.Taken(indicator: FloorIndicator.DualFloor));
                break;
            case "U_PendingRelease":
                scene.Press();
                scene.Receive(FloorMessages.Granted());
                scene.LetGo();
                break;
            case "U_Queued":
            case "U_Queued (offered)":
                scene.Receive(FloorMessages.Taken());
                scene.Press();
                scene.Receive(FloorMessages.QueuePositionInfo(2));
                scene.AskPosition();
                if (state != "U_Queued")
                    scene.Receive(FloorMessages.Granted());
                break;
            case "Releasing":
                scene.Participant.ReleaseCall();
                break;
            case "StartStop":
                scene.Participant.ReleaseCall();
                scene.Participant.CompleteCallRelease();
                break;
        }
        return scene;
    }

    private static string Apply(ParticipantScene scene, string name)
    {
        switch (name)
        {
            case "push to talk": return scene.Press();
            case "release to talk": return scene.LetGo();
            case "ask for queue position": return scene.AskPosition();
            case "ask to revoke": return scene.Do(() => scene.Participant.RequestRevoke("sip:a@b"u8, scene.Effects));
            case "ask to cancel queued": return scene.Do(() => scene.Participant.CancelQueued([], scene.Effects));
            case "ask for no unicast media": return scene.Do(() => scene.Participant.ControlUnicastMedia(false, scene.Effects));
            case "SDP answer with mc_granted": return scene.Do(() => scene.Participant.TakeGrantOfAnswer(scene.Effects));
            case "media": return scene.Media();
            case "session starts":
            case "session starts, implicit request":
                if (scene.State != FloorParticipantState.StartStop)
                    return "(has started)";
                scene.Participant.Start(name != "session starts", scene.Now);
                return "-";
            case "call release 1":
                scene.Participant.ReleaseCall();
                return "-";
            case "call release 2":
                if (scene.State != FloorParticipantState.Releasing)
                    return "(not before 1)";
                scene.Participant.CompleteCallRelease();
                return "-";
            case var timer when timer.Contains(" expiry", StringComparison.Ordinal):
                Instant due = scene.Participant.NextDeadline;
                return due <= scene.Now + s_due ? scene.Pass((due - scene.Now).TotalSeconds) : FloorMatrix.NotRunning;
            default:
                string effects = scene.Receive(Message(name));
                return scene.Outcome switch
                {
                    FloorOutcome.NotSpecifiedInState => effects == "-" ? FloorMatrix.NotSpecified : $"{FloorMatrix.NotSpecified}, {effects}",
                    FloorOutcome.AlreadyKnown => $"{FloorMatrix.NotSpecified}, known",
                    _ => effects,
                };
        }
    }

    private static byte[] Message(string name) => name switch
    {
        "Granted" => FloorMessages.Granted(),
        "Granted, ack" => FloorMessages.Granted(ack: true),
        "Granted, dual floor" => FloorMessages.Granted(indicator: FloorIndicator.DualFloor),
        "Taken" => FloorMessages.Taken(),
        "Taken, ack" => FloorMessages.Taken(ack: true),
        "Taken, dual floor" => FloorMessages.Taken(indicator: FloorIndicator.DualFloor),
        "Taken by several" => FloorMessages.TakenBy("sip:alice@mc.example", "sip:bob@mc.example"),
        "Idle" => FloorMessages.Idle(),
        "Idle, ack" => FloorMessages.Idle(ack: true),
        "Idle, dual floor" => FloorMessages.Idle(indicator: FloorIndicator.DualFloor),
        "Idle, an old copy" => FloorMessages.Idle(number: FloorMessages.LastNumber),
        "Deny" => FloorMessages.Deny(1),
        "Deny, ack" => FloorMessages.Deny(1, ack: true),
        "Revoke" => FloorMessages.Revoke(4),
        "Queue Position Info" => FloorMessages.QueuePositionInfo(1),
        "Queue Position Info, ack" => FloorMessages.QueuePositionInfo(1, ack: true),
        "Release Multi Talker" => FloorMessages.ReleaseMultiTalker("sip:alice@mc.example"),
        "Ack" => FloorMessages.Ack(FloorMessageType.Release),
        "cancel result" => FloorMessages.QueuedRequests(QueuedFloorRequestsPurpose.CancelResult),
        "cancel notification" => FloorMessages.QueuedRequests(QueuedFloorRequestsPurpose.CancelNotification),
        _ => FloorMessages.Bare(Enum.Parse<FloorMessageType>(name)),
    };
}
