using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>The options every command that runs an endpoint has.</summary>
internal sealed class CommonOptions
{
    public Option<string> Profile { get; } = new("--profile") { Description = "Profile file of the client (YAML)", HelpName = "file", Required = true };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object per line: events, then the result" };

    public Option<string?> Capture { get; } = new("--capture") { Description = "Record SIP, media and floor control into a pcap file", HelpName = "file" };

    public Option<string?> Keys { get; } = new("--keys") { Description = "Write the keys of the capture, for 'mcx trace decrypt'", HelpName = "file" };

    /// <summary>For the commands that listen; the others leave it out, and it has no value then.</summary>
    public Option<string?> OutDir { get; } = new("--out-dir") { Description = "Write each burst heard as a WAV file into this folder", HelpName = "folder" };

    /// <summary>A command with these options, an example in its help and a body that runs with the endpoint started.</summary>
    public Command Command(string name, string description, string example, Func<CommandSession, ParseResult, CancellationToken, Task> body, params Option[] own)
    {
        var command = new ExampleCommand(name, description, example);
        foreach (Option option in (IEnumerable<Option>)[Profile, .. own, Json, Capture, Keys])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => CommandSession.RunAsync(this, parsed, body, cancellation));
        return command;
    }
}
