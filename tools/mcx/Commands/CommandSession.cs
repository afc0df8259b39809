using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary>One run of a command: profile, endpoint, capture and output, from start to clean end.</summary>
internal sealed class CommandSession
{
    private (string Text, JsonObject Fields)? _result;

    private CommandSession(ClientProfile profile, McxEndpoint endpoint, CommandOutput output)
    {
        Profile = profile;
        Endpoint = endpoint;
        Output = output;
    }

    public ClientProfile Profile { get; }

    public McxEndpoint Endpoint { get; }

    public CommandOutput Output { get; }

    /// <summary>What the command's last line says when it ends well, after every event.</summary>
    public void Result(string text, JsonObject fields) => _result = (text, fields);

    /// <summary>Groups a client of this profile affiliates to when nothing else is asked for.</summary>
    public IReadOnlyList<string> AffiliatedGroups => [.. Profile.Groups.Where(group => group.Affiliate).Select(group => group.Id)];

    /// <summary>Runs the body and turns what it throws into text and exit code. Calls that are up are hung up in every case.</summary>
    public static async Task<int> RunAsync(
        CommonOptions common, ParseResult parsed, Func<CommandSession, ParseResult, CancellationToken, Task> body, CancellationToken cancellation)
    {
        var output = new CommandOutput(
            parsed.GetValue(common.Json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        return await GuardAsync(output, async () =>
        {
            string path = parsed.GetValue(common.Profile)!;
            using ClientProfile profile = ClientProfile.Load(path);
            foreach (string secret in (string[])[path, KeyFile.Beside(path), .. profile.Kms is { } kms ? (string[])[kms.KeysPath] : []])
            {
                if (ClientProfileReader.PermissionWarning(secret) is { } warning)
                    output.Warning(warning);
            }
            PcapWriter? capture = parsed.GetValue(common.Capture) is { } file ? new PcapWriter(file) : null;
            try
            {
                await RunEndpointAsync(common, profile, capture, output, parsed, body, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (capture is not null)
                    await capture.DisposeAsync().ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs anything and turns what it throws into text and exit code.</summary>
    public static async Task<int> GuardAsync(CommandOutput output, Func<Task> body, CancellationToken cancellation)
    {
        try
        {
            await body().ConfigureAwait(false);
            return ToolExit.Ok;
        }
        catch (ToolException e)
        {
            output.Error(e.Message, e.ExitCode, e as ServerRefusedException);
            return e.ExitCode;
        }
        catch (TimeoutException e)
        {
            output.Error(e.Message, ToolExit.Timeout);
            return ToolExit.Timeout;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            output.Error("interrupted", ToolExit.Interrupted);
            return ToolExit.Interrupted;
        }
    }

    private static async Task RunEndpointAsync(
        CommonOptions common, ClientProfile profile, PcapWriter? capture, CommandOutput output, ParseResult parsed,
        Func<CommandSession, ParseResult, CancellationToken, Task> body, CancellationToken cancellation)
    {
        IEndpointTap? tap = capture is null ? null : new PcapTap(capture);
        if (parsed.GetValue(common.Keys) is { } keys)
            tap = new CaptureKeyTap(tap, keys, profile.McpttId);
        var options = new EndpointOptions
        {
            OutputDirectory = parsed.GetValue(common.OutDir),
            Tap = tap,
            KeyFile = KeyFile.Beside(parsed.GetValue(common.Profile)!),
        };
        var endpoint = new McxEndpoint(profile, options);
        var session = new CommandSession(profile, endpoint, output);
        Task printing = PrintAsync(endpoint, output);
        try
        {
            endpoint.Start();
            await body(session, parsed, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
            await printing.ConfigureAwait(false);
        }
        if (session._result is var (text, fields))
            output.Result(text, fields);
    }

    private static async Task PrintAsync(McxEndpoint endpoint, CommandOutput output)
    {
        await foreach (EndpointEvent happened in endpoint.Events().ConfigureAwait(false))
            output.Event(happened);
    }
}
