namespace MediaEngine.Sip;

/// <summary>Bounds of an <see cref="EventStateCompositor"/>.</summary>
public sealed record EventStateCompositorOptions
{
    /// <summary>The warn-agent of refusals.</summary>
    public required string HostName { get; init; }

    /// <summary>Of all publishers; more are refused with 503.</summary>
    public int MaxStates { get; init; } = 100_000;

    /// <summary>Of one publisher; more are refused with 403.</summary>
    public int MaxStatesPerPublisher { get; init; } = 64;

    /// <summary>For a 503, in seconds.</summary>
    public int RetryAfter_s { get; init; } = 60;
}
