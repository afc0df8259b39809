using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary><c>mcx key inspect</c>: a MIKEY message field by field.</summary>
internal static class KeyInspectCommand
{
    private const string AttributePrefix = "mikey ";

    public static Command Create()
    {
        var message = new Option<string?>("--message") { Description = "The message in base64, as in a=key-mgmt, 'mikey ' before it or not", HelpName = "base64" };
        var file = new Option<string?>("--file") { Description = "File with the message, as octets or as base64; - reads standard input", HelpName = "file" };
        var json = new Option<bool>("--json") { Description = "The result as a JSON object" };
        var command = new ExampleCommand(
            "inspect",
            "Show a MIKEY message field by field. Nothing is decrypted, no signature is checked, no secret is in it.",
            "mcx key inspect --file notify-gmk.b64 --json")
        {
            message, file, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(message) is null == result.GetValue(file) is null)
                result.AddError("Give --message or --file, and not both.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var output = new CommandOutput(
                parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandSession.GuardAsync(
                output,
                async () =>
                {
                    byte[] octets = parsed.GetValue(message) is { } text
                        ? FromBase64(text) ?? throw new ToolException("--message: not base64.")
                        : await ReadAsync(parsed.GetValue(file)!, cancellation).ConfigureAwait(false);
                    Inspect(output, octets);
                },
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

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        byte[] octets;
        try
        {
            if (path == "-")
            {
                using var memory = new MemoryStream();
                await using Stream input = Console.OpenStandardInput();
                await input.CopyToAsync(memory, cancellation).ConfigureAwait(false);
                octets = memory.ToArray();
            }
            else
            {
                octets = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot read the message: {e.Message}", inner: e);
        }
        // A message begins with its version, 1, which no text does.
        return octets is [1, ..] ? octets : FromBase64(System.Text.Encoding.Latin1.GetString(octets)) ?? throw new ToolException($"{path}: neither a MIKEY message nor base64.");
    }

    private static byte[]? FromBase64(string text)
    {
        text = text.Trim();
        if (text.StartsWith(AttributePrefix, StringComparison.Ordinal))
            text = text[AttributePrefix.Length..];
        byte[] octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out int length) ? octets[..length] : null;
    }
}
