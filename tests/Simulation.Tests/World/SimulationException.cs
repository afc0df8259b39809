namespace MediaEngine.Simulation.Tests;

/// <summary>An invariant does not hold, or the world does not come to rest.</summary>
public sealed class SimulationException : Exception
{
    public SimulationException()
    {
    }

    public SimulationException(string message)
        : base(message)
    {
    }

    public SimulationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
