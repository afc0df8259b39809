using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary><c>mcx key inspect</c>: a MIKEY message field by field.</summary>
internal static class KeyInspectCommand
{
    public static Command Create()
    {
        var source = new MikeyMessageOptions();
        var json = new Option<bool>("--json") { Description = "The result as a JSON object" };
        var command = new ExampleCommand(
            "inspect",
            "Show a MIKEY message field by field. Nothing is decrypted, no signature is checked, no secret is in it.",
            "mcx key inspect --file notify-gmk.b64 --json")
        {
            source.Message, source.File, json,
        };
        source.Validate(command);
        command.SetAction((parsed, cancellation) =>
        {
            var output = new CommandOutput(
                parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandSession.GuardAsync(
                output,
                async () => Inspect(output, await source.ReadAsync(parsed, cancellation).ConfigureAwait(false)),
                cancellation);
        });
        return command;
    }

    private static void Inspect(CommandOutput output, byte[] octets)
    {
        MikeyError error = MikeyMessage.TryParse(octets, out MikeyMessage message);
        if (error != MikeyError.None)
            throw new ToolException($"{octets.Length} octets are no MIKEY message: {error}.");
        JsonObject description = MikeyDescription.Of(message);
        output.Result(MikeyDescription.Lines(description), description);
    }
}
