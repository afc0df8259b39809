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
        var command = new ExampleCommand(
            "inspect",
            "Show a MIKEY message field by field. Nothing is decrypted, no signature is checked, no secret is in it.",
            "mcx key inspect --file notify-gmk.b64 --json")
        {
            source.Message, source.File,
        };
        source.Validate(command);
        return command.WithBody(
            CommandBody.JsonOption(),
            async (parsed, output, cancellation) => Inspect(output, await source.ReadAsync(parsed, cancellation).ConfigureAwait(false)));
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
