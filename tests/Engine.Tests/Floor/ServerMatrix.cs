using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>The events of the floor control server's matrices, applied to a scene by name.</summary>
internal static class ServerMatrix
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_due = TimeSpan.FromSeconds(10);

    /// <summary>Only the timer that the event names is short, so nothing else happens on the way.</summary>
    public static FloorPolicy PolicyFor(string name)
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
            T11 = For("T11"),
            T12 = For("T12"),
            T20 = For("T20"),
            AckTime = For("Floor Ack"),
            MaxQueueTime = name.StartsWith("a queued request's time", StringComparison.Ordinal) ? s_due : TimeSpan.Zero,
            C7 = reached ? 1 : 10,
            C8 = reached ? 1 : 5,
            C20 = reached ? 1 : 3,
            MediaInFlight = TimeSpan.Zero,
        };
    }

    public static string Apply(ArbiterScene scene, string name)
    {
        string[] words = name.Split(' ');
        if (name.EndsWith("expiry", StringComparison.Ordinal) || name.Contains("expiry,", StringComparison.Ordinal) ||
            name.EndsWith("time is over", StringComparison.Ordinal) || name.EndsWith("is missing", StringComparison.Ordinal))
        {
            // Up to 10 s, and not into the timer's second expiry.
            Instant due = scene.Arbiter.NextDeadline;
            return due <= scene.Now + s_due ? scene.Pass((due - scene.Now).TotalSeconds) : FloorMatrix.NotRunning;
        }
        switch (name)
        {
            case "1 leaves" or "2 leaves" or "3 leaves": return scene.Leave(words[0][0] - '0');
            case "5 joins": return Told(scene, scene.Join(5));
            case "5 joins, implicit request": return Told(scene, scene.Join(5, ArbiterScene.Profile(2), implicitRequest: true));
            case "5 joins, implicit request, mc_granted":
                return Told(scene, scene.Join(5, ArbiterScene.Profile(2) with { GrantInAnswer = true }, implicitRequest: true));
            case "constituent groups answered":
                return scene.Arbiter.State == FloorServerState.G_Initialising ? scene.CompleteInitialising() : "(not initialising)";
            case "call release 1": return scene.ReleaseCall();
            case "call release 2":
                if (scene.Arbiter.State != FloorServerState.Releasing)
                    return "(not before 1)";
                scene.Effects.Clear();
                scene.Arbiter.CompleteRelease();
                return FloorEffectText.Describe(scene.Effects);
            case "G: Taken (request of 1)": return Told(scene, scene.Request(1, 5));
            case "G: Idle (release of 1)": return Told(scene, scene.Release(1));
        }
        if (words[0] == "media" && words[1] == "of")
        {
            string effects = scene.Media(words[2][0] - '0');
            return (scene.Forwarded ? "forward " : "drop ") + effects;
        }
        int of = Array.IndexOf(words, "of");
        int number = words[of + 1][0] - '0';
        string what = name.Split(", ") is [_, var detail, ..] ? detail : "";
        return Told(scene, string.Join(' ', words[..of]) switch
        {
            "Request" => scene.Request(number, number is 3 ? null : (byte)(number is 1 or 9 ? 5 : 3), what switch
            {
                "emergency" => FloorIndicator.Emergency,
                "imminent peril" => FloorIndicator.ImminentPeril,
                _ => FloorIndicator.Normal,
            }),
            "Emergency upgrade" => scene.Upgrade(number, FloorIndicator.Emergency),
            "Release" => scene.Release(number, ack: what == "ack"),
            "Queue Position Request" => scene.Receive(number, FloorMessages.QueuePositionRequest()),
            "Ack" => scene.Receive(number, FloorMessages.Ack(FloorMessageType.Taken)),
            "Revoke Request" => scene.Receive(number, FloorMessages.RevokeRequest()),
            "cancel queued" => scene.Receive(number, what == "2" ? FloorMessages.CancelQueued("sip:p2@mc.example")
                : what == "2 and 8" ? FloorMessages.CancelQueued("sip:p2@mc.example", "sip:p8@mc.example")
                : FloorMessages.CancelQueued()),
            "media flow stop" => scene.Receive(number, FloorMessages.MediaFlow(resume: false)),
            "media flow resume" => scene.Receive(number, FloorMessages.MediaFlow(resume: true)),
            var type => scene.Receive(number, FloorMessages.Bare(Enum.Parse<FloorMessageType>(type))),
        });
    }

    public static void EndCall(ArbiterScene scene, string state)
    {
        if (state is "Releasing" or "StartStop")
            scene.ReleaseCall();
        if (state == "StartStop")
            scene.Arbiter.CompleteRelease();
    }

    // Nothing was done: said with the reason.
    private static string Told(ArbiterScene scene, string effects) => scene.Outcome switch
    {
        FloorOutcome.NotSpecifiedInState => FloorMatrix.NotSpecified,
        FloorOutcome.NotAllowed => FloorMatrix.NotSpecified + ", not authorised",
        FloorOutcome.CallReleasing => "(refused)",
        _ => effects,
    };
}
