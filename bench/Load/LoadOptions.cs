using System.Globalization;

namespace MediaEngine.Bench.Load;

/// <summary>What the command line says.</summary>
internal sealed record LoadOptions : CommonOptions
{
    private const int MaxCalls = 5000;
    private const int MaxSeconds = 3600;
    private const int MaxTurns = 1000;
    private const int MaxMembers = 100_000;

    /// <summary>Simultaneous calls over loopback.</summary>
    public int Calls { get; private set; } = 1000;

    /// <summary>How long a measure over loopback takes, in seconds.</summary>
    public int Duration_s { get; private set; } = 10;

    /// <summary>Of the group whose key is rotated.</summary>
    public int Members { get; private set; } = 1000;

    /// <summary>Measures with key messages, and as many without.</summary>
    public int Turns { get; private set; } = 5;

    /// <summary>How the threads are run that make key messages.</summary>
    public Background Background { get; private set; } = Background.Idle;

    protected override bool TrySet(string name, string value)
    {
        _ = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
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
            case "--background" when value is "idle" or "nice" or "normal":
                Background = Enum.Parse<Background>(value, ignoreCase: true);
                return true;
            default:
                return false;
        }
    }
}
