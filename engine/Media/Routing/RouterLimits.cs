namespace MediaEngine.Media;

/// <summary>Bounds of one <see cref="CallRouter"/>.</summary>
public sealed record RouterLimits
{
    /// <summary>What the length octet of a floor control field can say (TS 24.380 8.1.3).</summary>
    internal const int MaxIdentity_bytes = 255;

    public int MaxCalls { get; init; } = 4096;

    public int MaxLegsPerCall { get; init; } = 4096;

    /// <summary>GMKs accepted at one time in one call.</summary>
    public int MaxGroupKeysPerCall { get; init; } = 4;

    /// <summary>Members whose media is accepted from behind one function of a temporary group call.</summary>
    public int MaxSendersPerFunction { get; init; } = 256;

    /// <summary>
    /// Packets under an unknown sender's key that one function may send per second and that do not authenticate: each costs a key
    /// derivation. Beyond them unknown senders wait for the next second, known ones do not.
    /// </summary>
    public int MaxFailedSenders_per_s { get; init; } = 32;

    /// <summary>
    /// Send to where a leg's authenticated packets come from (NAT) instead of to where signalling said.
    /// </summary>
    public bool LearnAddresses { get; init; } = true;
}
