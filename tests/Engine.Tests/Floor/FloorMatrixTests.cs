using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Every state of every floor machine with every event, held against files to read beside the clauses.</summary>
public sealed class FloorMatrixTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_due = TimeSpan.FromSeconds(10);

    [Fact]
    public void General_floor_control_operation()
    {
        string[] states =
        [
            "G_FloorIdle", "G_FloorTaken", "G_FloorTaken (granted from the queue)", "G_FloorTaken (2 waits)",
            "G_PendingFloorRevoke (3 in emergency)", "Releasing", "StartStop",
        ];
        string[] events =
        [
            "Request of 1", "Request of 2, lower priority", "Request of 3, no queueing, no priority",
            "Request of 4, receive-only", "Request of 3, emergency", "Request of 2, imminent peril", "Release of 1", "Release of 2", "Release of 2, ack",
            "Queue Position Request of 2", "media of 1", "media of 2", "1 leaves", "2 leaves", "5 joins",
            "5 joins, implicit request", "T1 expiry", "T2 expiry", "T3 expiry", "T4 expiry", "T7 expiry", "T7 expiry, C7 reached",
            "T20 expiry", "T20 expiry, C20 reached", "call release 1", "call release 2",
        ];
        FloorMatrix.AssertGolden("general-floor-control", FloorMatrix.Print(
            "General floor control operation, TS 24.380 6.3.4\n" +
            "1 and 2 negotiated queueing (priority 5 and 3), 3 nothing, 4 is receive-only. 1 talks where the floor is taken\n" +
            "(2 where it was granted from the queue). event, next state, effects",
            states, events, (state, name) =>
            {
                ArbiterScene scene = General(state, PolicyFor(name));
                string effects = Apply(scene, name);
                return (scene.Arbiter.State.ToString(), effects);
            }));
    }

    [Fact]
    public void Floor_control_towards_one_participant()
    {
        string[] states =
        [
            "U_NotPermittedAndFloorIdle", "U_NotPermittedAndFloorTaken", "U_NotPermittedAndFloorTaken (queued)", "U_Permitted",
            "U_PendingFloorRevoke", "U_NotPermittedButSendsMedia (idle)", "U_NotPermittedButSendsMedia (taken)", "Releasing",
            "StartStop",
        ];
        string[] events =
        [
            "Request of 2", "Request of 2, emergency", "Release of 2", "Release of 2, ack", "Queue Position Request of 2",
            "Ack of 2", "Revoke Request of 2", "media flow stop of 2", "media of 2", "T8 expiry", "T8 expiry, C8 reached",
            "G: Taken (request of 1)", "G: Idle (release of 1)", "2 leaves", "call release 1", "call release 2",
        ];
        FloorMatrix.AssertGolden("floor-control-towards-participant", FloorMatrix.Print(
            "Basic floor control operation towards participant 2, TS 24.380 6.3.5\n" +
            "2 negotiated queueing and priority 3; 1 talks where somebody else does. event, next state, effects",
            states, events, (state, name) =>
            {
                ArbiterScene scene = Towards2(state, PolicyFor(name));
                string effects = Apply(scene, name);
                return (scene.Arbiter.StateOf(2)?.ToString() ?? "(gone)", effects);
            }));
    }

    [Fact]
    public void Floor_participant()
    {
        string[] states =
        [
            "U_HasNoPermission", "U_PendingRequest", "U_HasPermission", "U_PendingRelease", "U_Queued", "U_Queued (offered)",
            "Releasing", "StartStop",
        ];
        string[] events =
        [
            "push to talk", "release to talk", "ask for queue position", "Granted", "Granted, ack", "Taken", "Taken, ack", "Idle",
            "Idle, ack", "Deny", "Revoke", "Queue Position Info", "media", "T100 expiry", "T100 expiry, C100 reached",
            "T101 expiry", "T101 expiry, C101 reached", "T103 expiry", "T104 expiry", "T104 expiry, C104 reached", "T132 expiry",
            "session starts", "session starts, implicit request", "call release 1", "call release 2",
        ];
        FloorMatrix.AssertGolden("floor-participant", FloorMatrix.Print(
            "Floor participant, TS 24.380 6.2.4. event, next state, effects",
            states, events, (state, name) =>
            {
                ParticipantScene scene = Participant(state, OptionsFor(name));
                string effects = Apply(scene, name);
                return (scene.State.ToString(), effects);
            }));
    }

    // Only the timer that the event names is short, so nothing else happens on the way.
    private static FloorPolicy PolicyFor(string name)
    {
        bool reached = name.EndsWith("reached", StringComparison.Ordinal);
        TimeSpan For(string timer) => name.StartsWith(timer + " ", StringComparison.Ordinal) ? s_due : s_long;
        return new FloorPolicy
        {
            T1 = For("T1"),
            T2 = For("T2"),
            T3 = For("T3"),
            T4 = For("T4"),
            T7 = For("T7"),
            T8 = For("T8"),
            T20 = For("T20"),
            C7 = reached ? 1 : 10,
            C8 = reached ? 1 : 5,
            C20 = reached ? 1 : 3,
            MediaInFlight = TimeSpan.Zero,
        };
    }

    private static ArbiterScene General(string state, FloorPolicy policy)
    {
        var scene = new ArbiterScene(policy, participants: 4);
        switch (state)
        {
            case "G_FloorTaken":
                scene.Request(1);
                scene.Media(1);
                break;
            case "G_FloorTaken (granted from the queue)":
                scene.Request(1);
                scene.Request(2);
                scene.Release(1);
                break;
            case "G_FloorTaken (2 waits)":
                scene.Request(1);
                scene.Request(2);
                break;
            case "G_PendingFloorRevoke (3 in emergency)":
                scene.Request(1);
                scene.Request(3, indicator: FloorIndicator.Emergency);
                scene.Media(1);
                break;
            default:
                EndCall(scene, state);
                break;
        }
        scene.Pass(0.001);
        return scene;
    }

    private static ArbiterScene Towards2(string state, FloorPolicy policy)
    {
        var scene = new ArbiterScene(policy);
        switch (state)
        {
            case "U_NotPermittedAndFloorTaken":
                scene.Request(1);
                break;
            case "U_NotPermittedAndFloorTaken (queued)":
                scene.Request(1);
                scene.Request(2);
                break;
            case "U_Permitted":
                scene.Request(2);
                break;
            case "U_PendingFloorRevoke":
                scene.Request(2);
                scene.Request(1, indicator: FloorIndicator.Emergency);
                break;
            case "U_NotPermittedButSendsMedia (idle)":
                scene.Pass(0.001);
                scene.Media(2);
                break;
            case "U_NotPermittedButSendsMedia (taken)":
                scene.Request(1);
                scene.Pass(0.001);
                scene.Media(2);
                break;
            default:
                EndCall(scene, state);
                break;
        }
        scene.Pass(0.001);
        return scene;
    }

    private static void EndCall(ArbiterScene scene, string state)
    {
        if (state is "Releasing" or "StartStop")
            scene.Arbiter.ReleaseCall(scene.Now, scene.Effects);
        if (state == "StartStop")
            scene.Arbiter.CompleteRelease();
    }

    private static string Apply(ArbiterScene scene, string name)
    {
        switch (name)
        {
            case "Request of 1": return scene.Request(1, 5);
            case "Request of 2": return scene.Request(2, 3);
            case "Request of 2, lower priority": return scene.Request(2, 3);
            case "Request of 3, no queueing, no priority": return scene.Request(3);
            case "Request of 4, receive-only": return scene.Request(4);
            case "Request of 3, emergency": return scene.Request(3, indicator: FloorIndicator.Emergency);
            case "Request of 2, emergency": return scene.Request(2, indicator: FloorIndicator.Emergency);
            case "Request of 2, imminent peril": return scene.Request(2, indicator: FloorIndicator.ImminentPeril);
            case "G: Taken (request of 1)": return scene.Request(1, 5);
            case "G: Idle (release of 1)": return scene.Release(1);
            case "Release of 1": return scene.Release(1);
            case "Release of 2": return scene.Release(2);
            case "Release of 2, ack": return scene.Release(2, ack: true);
            case "Queue Position Request of 2": return scene.Receive(2, FloorMessages.QueuePositionRequest());
            case "Ack of 2": return scene.Receive(2, FloorMessages.Ack(FloorMessageType.Idle));
            case "Revoke Request of 2": return scene.Receive(2, FloorMessages.RevokeRequest());
            case "media flow stop of 2": return scene.Receive(2, FloorMessages.MediaFlow(resume: false));
            case "media of 1": return Forward(scene, scene.Media(1));
            case "media of 2": return Forward(scene, scene.Media(2));
            case "1 leaves": return scene.Leave(1);
            case "2 leaves": return scene.Leave(2);
            case "5 joins": return scene.Join(5);
            case "5 joins, implicit request": return scene.Join(5, ArbiterScene.Profile(2), implicitRequest: true);
            case "call release 1":
                scene.Effects.Clear();
                scene.Arbiter.ReleaseCall(scene.Now, scene.Effects);
                return FloorEffectText.Describe(scene.Effects);
            case "call release 2":
                if (scene.Arbiter.State != FloorServerState.Releasing)
                    return "(not before 1)";
                scene.Effects.Clear();
                scene.Arbiter.CompleteRelease();
                return FloorEffectText.Describe(scene.Effects);
            default:
                // Up to 10 s, and not into the timer's second expiry.
                Instant due = scene.Arbiter.NextDeadline;
                return due <= scene.Now + s_due ? scene.Pass((due - scene.Now).TotalSeconds) : "(not running)";
        }
    }

    private static string Forward(ArbiterScene scene, string effects) => (scene.Forwarded ? "forward " : "drop ") + effects;

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
            case "Granted": return scene.Receive(FloorMessages.Granted());
            case "Granted, ack": return scene.Receive(FloorMessages.Granted(ack: true));
            case "Taken": return scene.Receive(FloorMessages.Taken());
            case "Taken, ack": return scene.Receive(FloorMessages.Taken(ack: true));
            case "Idle": return scene.Receive(FloorMessages.Idle());
            case "Idle, ack": return scene.Receive(FloorMessages.Idle(ack: true));
            case "Deny": return scene.Receive(FloorMessages.Deny(1));
            case "Revoke": return scene.Receive(FloorMessages.Revoke(4));
            case "Queue Position Info": return scene.Receive(FloorMessages.QueuePositionInfo(1));
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
            default:
                Instant due = scene.Participant.NextDeadline;
                return due <= scene.Now + s_due ? scene.Pass((due - scene.Now).TotalSeconds) : "(not running)";
        }
    }
}
