namespace MediaEngine.Tool;

/// <summary>An error for the person at the terminal: its message names the thing, the reason and the way out.</summary>
public class ToolException : Exception
{
    public ToolException(string message, int exitCode = ToolExit.Usage, Exception? inner = null)
        : base(message, inner) => ExitCode = exitCode;

    /// <summary>One of <see cref="ToolExit"/>.</summary>
    public int ExitCode { get; }
}
