using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms</c>: the four commands of a key management server.</summary>
internal static class KmsCommand
{
    public static Command Create() => new("kms", "Make a key management server (KMS), issue and fetch users' keys (TS 33.180 5.3, annex D).")
    {
        KmsInitCommand.Create(),
        KmsIssueCommand.Create(),
        KmsFetchCommand.Create(),
        KmsShowCommand.Create(),
    };

    /// <summary>The options that name a KMS's folder and the key that seals its secrets.</summary>
    public static Option<string?> StoreKeyOption() => new("--store-key")
    {
        Description = "File of the key that seals the KMS's secrets; default: store.key in its folder",
        HelpName = "file",
    };

    public static Option<bool> JsonOption() => new("--json") { Description = "The result as a JSON object" };

    /// <summary>A command whose errors become text and exit code.</summary>
    public static Command WithBody(this Command command, Option<bool> json, Func<ParseResult, CommandOutput, CancellationToken, Task> body)
    {
        command.Options.Add(json);
        command.SetAction((parsed, cancellation) =>
        {
            var output = new CommandOutput(
                parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandSession.GuardAsync(output, () => GuardedAsync(() => body(parsed, output, cancellation)), cancellation);
        });
        return command;
    }

    private static async Task GuardedAsync(Func<Task> body)
    {
        try
        {
            await body().ConfigureAwait(false);
        }
        catch (Server.ConfigurationException e)
        {
            throw new ToolException(e.Message, ToolExit.Usage, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{e.Message.TrimEnd('.')}; check the path and its permissions.", ToolExit.Usage, e);
        }
    }
}
