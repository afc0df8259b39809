using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MediaEngine.Tool;

/// <summary>The library's help, with example and exit codes below it.</summary>
internal sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help has not given the required options yet.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ExampleCommand command)
            output.WriteLine($"Example:\n  {command.Example}\n");
        output.WriteLine($"Exit codes:\n  {string.Join("\n  ", McxCommand.ExitCodes)}\n");
        return code;
    }
}
