using System.Globalization;

namespace MediaEngine.Bench.Load;

/// <summary>What the command line says.</summary>
internal sealed record LoadOptions
{
    private const int MaxCalls = 10_000;
    private const int MaxSeconds = 3600;
    private const int MaxTurns = 1000;
    private const int MaxMembers = 100_000;

    public bool Json { get; private set; }

    /// <summary>Simultaneous calls over loopback.</summary>
    public int Calls { get; private set; } = 1000;

    /// <summary>How long a measure over loopback takes, in seconds.</summary>
    public int Duration_s { get; private set; } = 10;

    /// <summary>Of the group whose key is rotated.</summary>
    public int Members { get; private set; } = 1000;

    /// <summary>Measures with key messages, and as many without.</summary>
    public int Turns { get; private set; } = 5;

    /// <summary>Of the threads that make key messages, 0 (like all others) to 19.</summary>
    public int Niceness { get; private set; } = 19;

    /// <summary>Null when an argument is not understood.</summary>
    public static LoadOptions? Parse(string[] arguments)
    {
        var options = new LoadOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--json")
            {
                options.Json = true;
                continue;
            }
            if (i + 1 == arguments.Length ||
                !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ||
                !options.TrySet(arguments[i++], number))
                return null;
        }
        return options;
    }

    private bool TrySet(string name, int number)
    {
        switch (name)
        {
            case "--calls" when number is >= 1 and <= MaxCalls:
                Calls = number;
                return true;
            case "--seconds" when number is >= 1 and <= MaxSeconds:
                Duration_s = number;
                return true;
            case "--members" when number is >= 1 and <= MaxMembers:
                Members = number;
                return true;
            case "--turns" when number is >= 1 and <= MaxTurns:
                Turns = number;
                return true;
            case "--nice" when number <= LinuxThread.MaxNiceness:
                Niceness = number;
                return true;
            default:
                return false;
        }
    }
}
