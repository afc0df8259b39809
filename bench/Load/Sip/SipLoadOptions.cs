using System.Globalization;

namespace MediaEngine.Bench.Load;

/// <summary>What the command line of <c>sip</c> says.</summary>
internal sealed record SipLoadOptions : CommonOptions
{
    private static readonly string[] Measures = ["messages", "registrations", "bindings", "dialogs", "fan-out"];

    /// <summary>How long registrations go on at one rate, in seconds.</summary>
    public int Duration_s { get; private set; } = 30;

    /// <summary>
    /// What a load leaves behind is waited for so long, in seconds: answered requests are remembered for 32 s, and the server gives
    /// memory back some 50 s after the last work.
    /// </summary>
    public int Settling_s { get; private set; } = 90;

    /// <summary>Registrations a second of that; 0 = the most the peer manages.</summary>
    public int Rate { get; private set; }

    /// <summary>Users that are registered at one time.</summary>
    public int Bindings { get; private set; } = 100_000;

    /// <summary>INVITE dialogs that are up at one time.</summary>
    public int Dialogs { get; private set; } = 20_000;

    /// <summary>Clients that are told of a regroup.</summary>
    public int Members { get; private set; } = 10_000;

    /// <summary>The only measure; null = all.</summary>
    public string? Only { get; private set; }

    public bool Wants(string measure) => Only is null || Only == measure;

    protected override bool TrySet(string name, string value)
    {
        _ = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        switch (name)
        {
            case "--seconds" when number is >= 1 and <= 86_400:
                Duration_s = number;
                return true;
            case "--settle" when number is >= 1 and <= 3600:
                Settling_s = number;
                return true;
            case "--rate" when number is >= 1 and <= 1_000_000:
                Rate = number;
                return true;
            case "--bindings" when number is >= 1 and <= 100_000:
                Bindings = number;
                return true;
            case "--dialogs" when number is >= 2 and <= 100_000:
                Dialogs = number;
                return true;
            case "--members" when number is >= 1 and <= 15_000:
                Members = number;
                return true;
            case "--only" when Measures.Contains(value):
                Only = value;
                return true;
            default:
                return false;
        }
    }
}
