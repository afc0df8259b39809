namespace MediaEngine.Media;

/// <summary>Bounds of one <see cref="CallRouter"/>.</summary>
public sealed record RouterLimits
{
    public int MaxCalls { get; init; } = 4096;

    public int MaxLegsPerCall { get; init; } = 4096;

    /// <summary>GMKs accepted at one time in one call.</summary>
    public int MaxGroupKeysPerCall { get; init; } = 4;

    /// <summary>
    /// Send to where a leg's authenticated packets come from (NAT) instead of to where signalling said.
    /// </summary>
    public bool LearnAddresses { get; init; } = true;
}
