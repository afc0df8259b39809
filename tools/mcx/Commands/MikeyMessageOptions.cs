using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>Where a command takes a MIKEY message from: <c>--message</c> or <c>--file</c>.</summary>
internal sealed class MikeyMessageOptions
{
    private const string AttributePrefix = "mikey ";

    public Option<string?> Message { get; } = new("--message")
    {
        Description = "The message in base64, as in a=key-mgmt, 'mikey ' before it or not",
        HelpName = "base64",
    };

    public Option<string?> File { get; } = new("--file")
    {
        Description = "File with the message, as octets or as base64; - reads standard input",
        HelpName = "file",
    };

    /// <summary>Lets the command refuse both and none.</summary>
    public void Validate(Command command) => command.Validators.Add(result =>
    {
        if (result.GetValue(Message) is null == result.GetValue(File) is null)
            result.AddError("Give --message or --file, and not both.");
    });

    /// <exception cref="ToolException">The message cannot be read, or is neither octets nor base64.</exception>
    public async Task<byte[]> ReadAsync(ParseResult parsed, CancellationToken cancellation) => parsed.GetValue(Message) is { } text
        ? FromBase64(text) ?? throw new ToolException("--message: not base64.")
        : await ReadAsync(parsed.GetValue(File)!, cancellation).ConfigureAwait(false);

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
                octets = await System.IO.File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
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
