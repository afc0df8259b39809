using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx talk</c>: call a group, take the floor, talk, hang up.</summary>
internal static class TalkCommand
{
    private static readonly TimeSpan KeyTimeout = TimeSpan.FromSeconds(5);

    /// <param name="input">The lines of <c>--ptt</c>; null = standard input.</param>
    public static Command Create(TextReader? input = null)
    {
        var common = new CommonOptions();
        var group = new Option<string>("--group") { Description = "Group or regroup to call", HelpName = "uri", Required = true };
        var wav = new Option<string?>("--wav") { Description = "What to say: WAV, PCM 8 kHz mono 16 bits; without it a sample of speech", HelpName = "file" };
        var floorWait = new Option<double>("--floor-wait") { Description = "Seconds to wait for the floor, in the queue too", HelpName = "seconds", DefaultValueFactory = _ => 20 };
        var stay = new Option<double>("--stay") { Description = "Seconds to stay in the call and listen after talking", HelpName = "seconds", DefaultValueFactory = _ => 0 };
        var implicitFloor = new Option<bool>("--implicit-floor") { Description = "Let the call's set-up be the floor request" };
        var ptt = new Option<bool>("--ptt") { Description = "Stay in the call with a push-to-talk: keys on a terminal, else lines press, release, cancel, position, quit" };
        var kind = new CallKindOptions();
        var keep = new Option<bool>("--keep-affiliations") { Description = "Do not affiliate to the profile's groups first" };
        return common.Command(
            "talk",
            $"Call a group, ask for the floor, talk, give the floor back and hang up. On a terminal, without --wav, --stay and --json, it stays in the call as with --ptt: {PushToTalkInput.Keys}.",
            "mcx talk --profile alice.yaml --group sip:fire@mcx.example --wav order.wav",
            async (session, parsed, cancellation) =>
            {
                string called = parsed.GetValue(group)!;
                short[] samples = WavFile.Read(parsed.GetValue(wav) ?? SpeechSamples.Speech);
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                if (!parsed.GetValue(keep))
                    await session.Endpoint.AffiliateAsync(session.AffiliatedGroups, cancellation).ConfigureAwait(false);
                // Keys come after registration, and a regroup's are known from its notice, which the server repeats then.
                await session.Endpoint.WaitForKeyAsync(called, KeyTimeout, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
                CallOptions options = kind.Read(parsed) with { ImplicitFloorRequest = parsed.GetValue(implicitFloor) };
                bool interactive = input is null && session.Output.IsTerminal && !Console.IsInputRedirected;
                if (parsed.GetValue(ptt) || (interactive && parsed.GetValue(wav) is null && parsed.GetValue(stay) == 0))
                {
                    await PushToTalkAsync(session, called, options, samples, interactive ? null : input ?? Console.In, cancellation).ConfigureAwait(false);
                    return;
                }
                McxCall call = await session.Endpoint.CallAsync(called, options, cancellation).ConfigureAwait(false);
                await TalkAsync(call, samples, TimeSpan.FromSeconds(parsed.GetValue(floorWait)), cancellation).ConfigureAwait(false);
                double stay_s = parsed.GetValue(stay);
                if (stay_s > 0)
                    await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(stay_s), cancellation), call.Ended).ConfigureAwait(false);
                await call.HangUpAsync().ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                double spoken_s = (double)samples.Length / WavFile.SampleRate_Hz;
                session.Result(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"talked {spoken_s:0.00} s on {called}"),
                    new JsonObject { ["group"] = called, ["talked_s"] = spoken_s });
            },
            [group, wav, floorWait, stay, ptt, implicitFloor, .. kind.All, common.OutDir, keep]);
    }

    /// <param name="lines">Null = the keys of the terminal.</param>
    private static async Task PushToTalkAsync(
        CommandSession session, string called, CallOptions options, short[] samples, TextReader? lines, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        IAsyncEnumerable<EndpointEvent> events = session.Endpoint.Events(ending.Token);
        McxCall call = await session.Endpoint.CallAsync(called, options, cancellation).ConfigureAwait(false);
        var talk = new PushToTalkSession(call, samples, session.Output);
        if (lines is null)
            session.Output.Print(PushToTalkInput.Keys, () => new JsonObject());
        await talk.RunAsync(
            lines is null ? PushToTalkInput.OfKeys(ending.Token) : PushToTalkInput.OfLines(lines, line => session.Output.Warning($"'{line}' is none of press, release, cancel, position, quit")),
            events, cancellation).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await call.HangUpAsync().ConfigureAwait(false);
        session.Result(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"talked {talk.Talks} time(s) on {called}"),
            new JsonObject { ["group"] = called, ["talks"] = talk.Talks });
    }

    private static async Task TalkAsync(McxCall call, short[] samples, TimeSpan floorWait, CancellationToken cancellation)
    {
        FloorAnswer answer;
        try
        {
            answer = await call.RequestFloorAsync(cancellation).WaitAsync(floorWait, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the floor of {call.Group} was not granted within {floorWait.TotalSeconds} s; wait longer with --floor-wait.");
        }
        if (answer == FloorAnswer.Granted && !await call.SayAsync(samples, cancellation).ConfigureAwait(false))
            answer = call.Ended.IsCompleted ? FloorAnswer.CallEnded : FloorAnswer.Revoked;
        cancellation.ThrowIfCancellationRequested();
        switch (answer)
        {
            case FloorAnswer.Granted:
                await call.ReleaseFloorAsync(cancellation).ConfigureAwait(false);
                return;
            case FloorAnswer.TimedOut:
                throw new TimeoutException(
                    $"the floor control server of {call.Group} at {call.Agreed.Floor} does not answer; check that UDP to it is not filtered and that the CSK in the profile is the server's.");
            case FloorAnswer.CallEnded:
                throw new ToolException($"the server ended the call to {call.Group} before everything was said; call again.", ToolExit.Refused);
            default:
                throw new ToolException(
                    $"the floor of {call.Group} was {(answer == FloorAnswer.Denied ? "denied" : "taken away")}{(call.FloorRefusal is { } refusal ? $": {refusal}" : "")}; try again later or with a higher priority.",
                    ToolExit.Refused);
        }
    }
}
