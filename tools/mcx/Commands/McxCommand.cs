using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace MediaEngine.Tool;

/// <summary>The command line of <c>mcx</c>.</summary>
public static class McxCommand
{
    internal static readonly string[] ExitCodes =
    [
        "0    done",
        "1    the server refused; its status and Warning are printed",
        "2    wrong arguments, or a file that cannot be used",
        "3    the server cannot be reached",
        "4    what was waited for did not come in time",
        "130  interrupted",
    ];

    // BYE takes up to a SIP timeout after Ctrl-C.
    private static readonly TimeSpan HangUpTime = TimeSpan.FromSeconds(15);

    /// <summary>All commands; hosts may add theirs.</summary>
    /// <param name="input">What commands read that read lines; null = standard input.</param>
    public static RootCommand Create(TextReader? input = null)
    {
        var root = new RootCommand("MC client for the command line: affiliate, regroup, listen and talk in MCPTT group calls.")
        {
            ListenCommand.Create(),
            TalkCommand.Create(input),
            FloorCommand.Create(),
            RegroupCommand.Create(),
            AffiliateCommand.Create(),
            AffiliationsCommand.Create(),
            RosterCommand.Create(),
            KeyCommand.Create(),
            KmsCommand.Create(),
            TraceCommand.Create(),
            DemoCommand.Create(),
        };
        HelpOption help = root.Options.OfType<HelpOption>().First();
        help.Action = new ExampleHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Parses and runs. Wrong arguments give <see cref="ToolExit.Usage"/>.</summary>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> arguments, TextWriter? output = null, TextWriter? errors = null)
    {
        ParseResult parsed = root.Parse(arguments);
        TextWriter errorWriter = errors ?? Console.Error;
        if (parsed.Errors.Count > 0 && parsed.Action is not ExampleHelp)
        {
            foreach (ParseError error in parsed.Errors)
                await errorWriter.WriteLineAsync($"error: {error.Message}").ConfigureAwait(false);
            await errorWriter.WriteLineAsync($"Run '{PathOf(parsed.CommandResult)} --help' for the options.").ConfigureAwait(false);
            return ToolExit.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output ?? Console.Out,
            Error = errorWriter,
            ProcessTerminationTimeout = HangUpTime,
        }).ConfigureAwait(false);
    }

    private static string PathOf(SymbolResult result) => result switch
    {
        CommandResult { Parent: { } parent } command => $"{PathOf(parent)} {command.Command.Name}",
        _ => "mcx",
    };
}
