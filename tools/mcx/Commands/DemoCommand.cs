using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Media;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary><c>mcx demo</c>: a whole MC system and its clients on loopback, one job from end to end.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var wav = new Option<string>("--wav") { Description = "What alice says: WAV, 8 kHz, mono, 16 bit", HelpName = "file" };
        var folder = new Option<string>("--out") { Description = "Keep recordings, ladder.txt, capture.pcap, keys.json and the server's files there", HelpName = "folder" };
        var json = new Option<bool>("--json") { Description = "No ladder; the result as a JSON object" };
        var command = new ExampleCommand(
            "demo",
            "Regroup two groups, call them, talk and listen: a server and five clients on loopback, every step checked.",
            "mcx demo --wav speech.wav --out demo-files")
        {
            wav, folder, json,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(wav) ?? SpeechSamples.Speech,
            parsed.GetValue(folder),
            new CommandOutput(parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error),
            parsed.GetValue(json) ? TextWriter.Null : parsed.InvocationConfiguration.Output));
        return command;
    }

    private static async Task<int> RunAsync(string wav, string? keep, CommandOutput output, TextWriter ladder)
    {
        string folder = keep ?? Directory.CreateTempSubdirectory("mcx-demo-").FullName;
        try
        {
            short[] speech = WavFile.Read(wav);
            short[] reply = WavFile.Read(SpeechSamples.Reply);
            IReadOnlyList<string> summary = await PlayAsync(folder, speech, reply, ladder).ConfigureAwait(false);
            string text = string.Join('\n', summary.Select(line => $"  {line}"));
            output.Result(
                $"\nAll steps as specified:\n{text}{(keep is null ? string.Empty : $"\nFiles: {Path.GetFullPath(folder)}")}",
                new JsonObject
                {
                    ["summary"] = new JsonArray([.. summary.Select(line => (JsonNode)line)]),
                    ["files"] = keep is null ? null : Path.GetFullPath(folder),
                });
            return ToolExit.Ok;
        }
        catch (DemoStepException e)
        {
            output.Error(e.Message, ToolExit.Refused);
            return ToolExit.Refused;
        }
        catch (Exception e) when (e is ToolException or ConfigurationException or SipBindException or MediaBindException or IOException)
        {
            output.Error(e.Message, ToolExit.Usage);
            return ToolExit.Usage;
        }
        finally
        {
            if (keep is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> PlayAsync(string folder, short[] speech, short[] reply, TextWriter ladder)
    {
        DemoWorld world = DemoWorld.Start(folder, ladder);
        await using (world.ConfigureAwait(false))
        {
            var scenario = new DemoScenario(world, speech, reply);
            await scenario.RunAsync().ConfigureAwait(false);
            return scenario.Summary;
        }
    }
}
