namespace MediaEngine.Simulation.Tests;

/// <summary>What a run is a function of.</summary>
internal sealed record SimulationOptions
{
    public required int Seed { get; init; }

    /// <summary>0 to 1, on each way.</summary>
    public double Loss { get; init; }

    public double Duplication { get; init; } = 0.02;

    public double Reordering { get; init; } = 0.05;

    public int ServerKills { get; init; }

    public bool Crashes { get; init; }

    public bool Partitions { get; init; }

    public TimeSpan Chaos { get; init; } = TimeSpan.FromSeconds(30);

    public SimFault Fault { get; init; }

    /// <summary>Everything at once, from calm to rough, drawn from the seed.</summary>
    public static SimulationOptions Random(int seed)
    {
        var random = new Random(seed);
        return new SimulationOptions
        {
            Seed = seed,
            Loss = random.Next(4) switch { 0 => 0, 1 => 0.05, 2 => 0.2, _ => random.NextDouble() * 0.3 },
            Duplication = random.NextDouble() * 0.1,
            Reordering = random.NextDouble() * 0.2,
            ServerKills = random.Next(3),
            Crashes = random.Next(2) == 0,
            Partitions = random.Next(2) == 0,
        };
    }
}
