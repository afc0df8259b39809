using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>The command line of <c>mcx</c>.</summary>
public static class McxCommand
{
    internal const string ExitCodes =
        "Exit codes: 0 done; 1 the server refused (status and Warning are printed); 2 wrong arguments or files; " +
        "3 the server cannot be reached; 4 no answer in time; 130 interrupted.";

    // BYE takes up to a SIP timeout after Ctrl-C.
    private static readonly TimeSpan HangUpTime = TimeSpan.FromSeconds(15);

    /// <summary>All commands; hosts may add theirs.</summary>
    public static RootCommand Create() =>
        new($"MC client for the command line: affiliate, regroup, listen and talk in MCPTT group calls.\n\n{ExitCodes}")
        {
            ListenCommand.Create(),
            TalkCommand.Create(),
            RegroupCommand.Create(),
            AffiliateCommand.Create(),
            TraceCommand.Create(),
        };

    /// <summary>Parses and runs. Wrong arguments give <see cref="ToolExit.Usage"/>.</summary>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> arguments, TextWriter? output = null, TextWriter? errors = null)
    {
        ParseResult parsed = root.Parse(arguments);
        TextWriter errorWriter = errors ?? Console.Error;
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
                await errorWriter.WriteLineAsync($"error: {error.Message}").ConfigureAwait(false);
            await errorWriter.WriteLineAsync($"Run 'mcx {parsed.CommandResult.Command.Name} --help' for the options.").ConfigureAwait(false);
            return ToolExit.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output ?? Console.Out,
            Error = errorWriter,
            ProcessTerminationTimeout = HangUpTime,
        }).ConfigureAwait(false);
    }
}
