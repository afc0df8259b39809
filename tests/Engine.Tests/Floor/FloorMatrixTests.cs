using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Every state of the floor control server with every event, held against files to read beside the clauses.</summary>
public sealed class FloorMatrixTests
{
    private const string Ignored = "What is not specified for a state is ignored (6.3.4.1, 6.3.5.1).";

    private static readonly string[] s_requests =
    [
        "Request of 1", "Request of 2", "Request of 3, no queueing", "Request of 4, receive-only", "Request of 9",
        "Request of 3, emergency", "Request of 2, imminent peril", "Emergency upgrade of 2",
    ];

    private static readonly string[] s_general =
    [
        .. s_requests, "Release of 1", "Release of 2", "Release of 2, ack", "Queue Position Request of 2", "Ack of 2",
        "media of 1", "media of 2", "media flow stop of 2", "media flow resume of 2", "Revoke Request of 2",
        "Revoke Request of 9", "cancel queued of 2, all", "cancel queued of 9, all", "cancel queued of 9, 2",
        "cancel queued of 9, 2 and 8", "1 leaves", "2 leaves", "5 joins", "5 joins, implicit request",
        "5 joins, implicit request, mc_granted", "constituent groups answered", "T1 expiry", "T2 expiry", "T3 expiry",
        "T4 expiry", "T7 expiry", "T7 expiry, C7 reached", "T20 expiry", "T20 expiry, C20 reached",
        "a queued request's time is over", "call release 1", "call release 2",
    ];

    [Fact]
    public void General_floor_control_operation() => AssertMatrix(
        "general-floor-control",
        "General floor control operation, TS 24.380 6.3.4\n" +
        "1 and 2 negotiated queueing (priority 5 and 3), 3 nothing, 4 is receive-only, 9 a dispatcher (priority 5).\n" +
        "1 talks where the floor is taken (2 where it was granted from the queue).",
        [
            ("G_Initialising", "6.3.4.8"), ("G_Initialising (2 waits)", "6.3.4.8"), ("G_FloorIdle", "6.3.4.3"),
            ("G_FloorTaken", "6.3.4.4"), ("G_FloorTaken (granted from the queue)", "6.3.4.4"),
            ("G_FloorTaken (2 waits)", "6.3.4.4"), ("G_PendingFloorRevoke (3 in emergency)", "6.3.4.5"),
            ("Releasing", "6.3.4.7"), ("StartStop", "6.3.4.2"),
        ],
        s_general, policy => policy, scene => scene.Arbiter.State.ToString());

    [Fact]
    public void Several_talkers() => AssertMatrix(
        "multi-talker",
        "General floor control operation of a multi-talker group, two at one time, TS 24.380 6.3.4.4.7a, 8.2.14\n" +
        "1 and 2 negotiated queueing (priority 5 and 3), 3 nothing, 4 is receive-only, 9 a dispatcher (priority 5).",
        [
            ("G_FloorTaken", "6.3.4.4"), ("G_FloorTaken (1 and 2 talk)", "6.3.4.4"),
            ("G_FloorTaken (1 and 2 talk, 9 pre-empts 2)", "6.3.4.4, 6.3.4.5"),
        ],
        s_general, policy => policy with { MaxTalkers = 2 }, scene => $"{scene.Arbiter.State}/{scene.Arbiter.TalkerCount}");

    [Fact]
    public void Audio_cut_in() => AssertMatrix(
        "audio-cut-in",
        "General floor control operation with audio cut-in, TS 24.380 6.3.5.4.4, 14.1\n" +
        "1, 2 and 3 are members, 4 is receive-only, 9 a dispatcher. 1 talks where the floor is taken.",
        [("G_FloorIdle", "6.3.4.3"), ("G_FloorTaken", "6.3.4.4")],
        s_general, policy => policy with { AudioCutIn = true }, scene => scene.Arbiter.State.ToString());

    [Fact]
    public void Broadcast_group_call() => AssertMatrix(
        "broadcast-group-call",
        "General floor control operation of a broadcast group call of 1, TS 24.380 6.3.5.3, 6.3.5.4.4\n" +
        "1 is the originator and talks where the floor is taken; 2 and 3 are members, 4 is receive-only, 9 a dispatcher.",
        [("G_FloorIdle", "6.3.4.3"), ("G_FloorTaken", "6.3.4.4")],
        s_general, policy => policy with { Broadcast = true, BroadcastOriginator = 1 },
        scene => scene.Arbiter.State.ToString());

    [Fact]
    public void Dual_floor_control() => AssertMatrix(
        "dual-floor",
        "Dual floor control operation, TS 24.380 6.3.6, with the general one beside it\n" +
        "1 has the floor and sends media, 3 overrides it in an emergency; 2 queues. (G) = dual floor bit of the indicator.",
        [
            ("StartStop (1 talks)", "6.3.6"), ("D_FloorTaken (3 overrides 1)", "6.3.6"),
            ("D_FloorTaken (3 overrides 1, 2 waits)", "6.3.6"), ("Releasing", "6.3.6"),
        ],
        [
            .. s_requests, "Request of 2, emergency", "Release of 1", "Release of 3", "Release of 3, ack", "Release of 2",
            "Queue Position Request of 2", "media of 1", "media of 2", "media of 3", "Revoke Request of 9",
            "cancel queued of 9, all", "1 leaves", "3 leaves", "5 joins", "5 joins, implicit request", "T1 expiry", "T2 expiry",
            "T11 expiry", "T12 expiry", "call release 1", "call release 2",
        ],
        policy => policy with { DualFloor = true },
        scene => $"{scene.Arbiter.DualState}/{scene.Arbiter.State}");

    [Fact]
    public void Floor_control_towards_one_participant()
    {
        string[] events =
        [
            "Request of 2", "Request of 2, emergency", "Emergency upgrade of 2", "Release of 2", "Release of 2, ack",
            "Queue Position Request of 2", "Ack of 2", "media flow stop of 2", "media flow resume of 2", "Revoke Request of 2",
            "cancel queued of 2, all", "Granted of 2", "Taken of 2", "Deny of 2", "Idle of 2", "Revoke of 2",
            "QueuePositionInfo of 2", "ReleaseMultiTalker of 2", "media of 2", "T8 expiry", "T8 expiry, C8 reached",
            "Floor Ack is missing", "G: Taken (request of 1)", "G: Idle (release of 1)", "2 leaves", "call release 1",
            "call release 2",
        ];
        // Two types go by other names above.
        Assert.Superset(
            Enum.GetNames<FloorMessageType>()
                .Except([nameof(FloorMessageType.UnicastMediaFlowControl), nameof(FloorMessageType.QueuedFloorRequests)]).ToHashSet(),
            events.Select(name => name.Replace(" ", "", StringComparison.Ordinal).Split("of2")[0]).ToHashSet());
        FloorMatrix.AssertGolden("floor-control-towards-participant", FloorMatrix.Print(
            "Basic floor control operation towards participant 2, TS 24.380 6.3.5\n" +
            "2 negotiated queueing and priority 3; 1 talks where somebody else does; Granted, Deny and Queue Position Info ask\n" +
            $"for a Floor Ack. {Ignored} event, next state, effects",
            [
                ("U_NotPermittedAndInitiating", "6.3.5.10"), ("U_NotPermittedAndFloorIdle", "6.3.5.3"),
                ("U_NotPermittedAndFloorTaken", "6.3.5.4"), ("U_NotPermittedAndFloorTaken (queued)", "6.3.5.4"),
                ("U_Permitted", "6.3.5.5"), ("U_PendingFloorRevoke", "6.3.5.6"), ("U_NotPermittedButSendsMedia (idle)", "6.3.5.7"),
                ("U_NotPermittedButSendsMedia (taken)", "6.3.5.7"), ("Releasing", "6.3.5.9"), ("StartStop", "6.3.5.2"),
            ],
            events, (state, name) =>
            {
                ArbiterScene scene = Towards2(state, ServerMatrix.PolicyFor(name) with
                {
                    RequestAck = true,
                    TemporaryGroup = state == "U_NotPermittedAndInitiating",
                });
                string effects = ServerMatrix.Apply(scene, name);
                return (scene.Arbiter.StateOf(2)?.ToString() ?? "(gone)", effects);
            }));
    }

    private static void AssertMatrix(
        string file,
        string title,
        (string Name, string Clause)[] states,
        string[] events,
        Func<FloorPolicy, FloorPolicy> change,
        Func<ArbiterScene, string> next) =>
        FloorMatrix.AssertGolden(file, FloorMatrix.Print($"{title}\n{Ignored} event, next state, effects", states, events,
            (state, name) =>
            {
                ArbiterScene scene = General(state, change(ServerMatrix.PolicyFor(name) with
                {
                    TemporaryGroup = state.StartsWith("G_Initialising", StringComparison.Ordinal),
                }));
                string effects = ServerMatrix.Apply(scene, name);
                return (next(scene), effects);
            }));

    private static ArbiterScene General(string state, FloorPolicy policy)
    {
        var scene = new ArbiterScene(policy, participants: 4);
        scene.Join(9);
        switch (state)
        {
            case "G_Initialising (2 waits)":
                scene.Request(2);
                break;
            case "G_FloorTaken" or "StartStop (1 talks)":
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
            case "G_FloorTaken (1 and 2 talk)" or "G_FloorTaken (1 and 2 talk, 9 pre-empts 2)":
                scene.Request(1);
                scene.Media(1);
                scene.Request(2);
                if (state.EndsWith("2)", StringComparison.Ordinal))
                    scene.Request(9);
                break;
            case "D_FloorTaken (3 overrides 1)" or "D_FloorTaken (3 overrides 1, 2 waits)":
                scene.Request(1);
                scene.Media(1);
                scene.Request(3, indicator: FloorIndicator.Emergency);
                scene.Media(3);
                if (state.EndsWith("waits)", StringComparison.Ordinal))
                    scene.Request(2);
                break;
            default:
                ServerMatrix.EndCall(scene, state);
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
                scene.Receive(2, FloorMessages.Ack(FloorMessageType.Granted));
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
                ServerMatrix.EndCall(scene, state);
                break;
        }
        // The others' acknowledgements are no event of this matrix.
        foreach (FloorMessageType type in (ReadOnlySpan<FloorMessageType>)[FloorMessageType.Granted, FloorMessageType.QueuePositionInfo])
            scene.Receive(1, FloorMessages.Ack(type));
        scene.Pass(0.001);
        return scene;
    }
}
