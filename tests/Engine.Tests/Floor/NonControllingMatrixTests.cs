using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Every state of the non-controlling function towards a participant with every event.</summary>
public sealed class NonControllingMatrixTests
{
    private const uint ReferenceOf1 = 1;

    [Fact]
    public void Non_controlling_function_towards_one_participant()
    {
        string[] fromParticipant =
        [
            "Request", "Release", "QueuePositionRequest", "Ack", "RevokeRequest", "QueuedFloorRequests",
            "UnicastMediaFlowControl", "Granted", "Taken", "Deny", "Idle", "Revoke", "QueuePositionInfo", "ReleaseMultiTalker",
        ];
        string[] events =
        [
            .. fromParticipant.Select(type => $"from 1: {type}"),
            .. Enum.GetNames<FloorMessageType>().Select(type => $"for 1: {type}"),
            .. Enum.GetNames<FloorMessageType>().Select(type => $"for all: {type}"), "for all: Taken of 1",
            "for all: Taken, dual floor", "for all: Idle, dual floor", "for all: Idle, an old copy", "for all: Idle, ack",
            "media of 1", "1 leaves", "3 joins", "call release 1", "call release 2",
        ];
        FloorMatrix.AssertGolden("non-controlling-function", FloorMatrix.Print(
            "Non-controlling function towards participant 1, TS 24.380 6.5.5; 2 is its other participant.\n" +
            "CF = controlling function. What is not specified for a state is ignored (6.5.5). event, next state, effects",
            [
                ("P_HasNoPermission", "6.5.5"), ("P_HasPermission", "6.5.5"), ("P_Releasing", "6.5.5"),
                ("StartStop", "6.5.5"),
            ],
            events, Cell));
    }

    private static (string Next, string Effects) Cell(string state, string name)
    {
        var effects = new FloorEffects();
        var function = new NonControllingFloor(
            new NonControllingFloorOptions { UpstreamSsrc = 1, DownstreamSsrc = 2, MediaInFlight = TimeSpan.Zero },
            new CountingEntropy());
        function.Join(1, ArbiterScene.Profile(1), effects);
        function.Join(2, ArbiterScene.Profile(2), effects);
        function.ReceiveFromControllingFunction(FloorMessages.Idle(), Instant.Zero, effects);
        if (state == "P_HasPermission")
            function.ReceiveFromControllingFunction(Tracked(FloorMessages.Granted()), Instant.Zero, effects);
        if (state is "P_Releasing" or "StartStop")
            function.ReleaseCall();
        if (state == "StartStop")
            function.CompleteRelease();
        effects.Clear();
        Instant now = Instant.FromMilliseconds(10_000);
        string before = "";
        FloorOutcome outcome = FloorOutcome.Ok;
        switch (name)
        {
            case "media of 1": before = function.ReceiveMedia(1, now, effects) ? "forward " : "drop "; break;
            case "1 leaves": function.Leave(1, effects); break;
            case "3 joins": outcome = function.Join(3, ArbiterScene.Profile(3), effects); break;
            case "call release 1": function.ReleaseCall(); break;
            case "call release 2" when state != "P_Releasing": return (function.StateOf(1).ToString(), "(not before 1)");
            case "call release 2": function.CompleteRelease(); break;
            case var up when up.StartsWith("from 1: ", StringComparison.Ordinal):
                outcome = function.Receive(1, Message(up["from 1: ".Length..]), now, effects);
                break;
            case var down when down.StartsWith("for 1: ", StringComparison.Ordinal):
                outcome = function.ReceiveFromControllingFunction(Tracked(Message(down["for 1: ".Length..])), now, effects);
                break;
            default:
                outcome = function.ReceiveFromControllingFunction(Message(name["for all: ".Length..]), now, effects);
                break;
        }
        string text = before + FloorEffectText.Describe(effects);
        return (function.StateOf(1).ToString(), outcome switch
        {
            FloorOutcome.NotSpecifiedInState => FloorMatrix.NotSpecified,
            FloorOutcome.NotAllowed => $"{FloorMatrix.NotSpecified}, not authorised",
            FloorOutcome.AlreadyKnown => $"{FloorMatrix.NotSpecified}, known",
            FloorOutcome.CallReleasing => "(refused)",
            _ => text,
        });
    }

    private static byte[] Message(string name) => name switch
    {
        "Request" => FloorMessages.Request(5),
        "Release" => FloorMessages.Release(),
        "Granted" => FloorMessages.Granted(),
        "Taken" => FloorMessages.Taken(),
        "Taken of 1" => FloorMessages.Taken("sip:p1@mc.example"),
        "Taken, dual floor" => FloorMessages.Taken(indicator: FloorIndicator.DualFloor),
        "Idle" => FloorMessages.Idle(),
        "Idle, ack" => FloorMessages.Idle(ack: true),
        "Idle, dual floor" => FloorMessages.Idle(indicator: FloorIndicator.DualFloor),
        "Idle, an old copy" => FloorMessages.Idle(number: FloorMessages.LastNumber),
        "Deny" => FloorMessages.Deny(1),
        "Revoke" => FloorMessages.Revoke(4),
        "QueuePositionInfo" => FloorMessages.QueuePositionInfo(1),
        "ReleaseMultiTalker" => FloorMessages.ReleaseMultiTalker("sip:alice@mc.example"),
        "UnicastMediaFlowControl" => FloorMessages.MediaFlow(resume: false),
        "Ack" => FloorMessages.Ack(FloorMessageType.Release),
        _ => FloorMessages.Bare(Enum.Parse<FloorMessageType>(name)),
    };

    /// <summary>The message with the Track Info of participant 1 behind it.</summary>
    private static byte[] Tracked(byte[] message)
    {
        byte[] tracked = [.. message, 11, 6, 1, 0, 0, 0, 0, (byte)ReferenceOf1];
        tracked[3] += 2;
        return tracked;
    }
}
