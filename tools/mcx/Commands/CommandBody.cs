using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>What the commands have in common that run without an endpoint.</summary>
internal static class CommandBody
{
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
