namespace MediaEngine.Tool;

/// <summary>The exit codes of every <c>mcx</c> command.</summary>
public static class ToolExit
{
    public const int Ok = 0;

    /// <summary>The server answered, and refused.</summary>
    public const int Refused = 1;

    /// <summary>Wrong arguments, or a file that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>No connection, or no answer to SIP.</summary>
    public const int Unreachable = 3;

    /// <summary>The thing waited for (the floor, a call, a notice) did not come in time.</summary>
    public const int Timeout = 4;

    /// <summary>Ctrl-C, as shells number it.</summary>
    public const int Interrupted = 130;
}
