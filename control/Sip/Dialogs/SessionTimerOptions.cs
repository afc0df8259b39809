namespace MediaEngine.Sip;

/// <summary>What this side wants of session timers (RFC 4028).</summary>
public sealed record SessionTimerOptions
{
    /// <summary>The least that the RFC allows on the wire.</summary>
    public const uint Least_s = 90;

    /// <summary>Longer intervals are taken from nobody: a session whose peer vanished would last.</summary>
    public const uint Most_s = 86_400;

    /// <summary>The session interval that is asked for, and the longest that is agreed to unless the peer's Min-SE is longer.</summary>
    public uint SessionExpires_s { get; init; } = 1800;

    /// <summary>Shorter intervals are refused.</summary>
    public uint MinSE_s { get; init; } = Least_s;

    /// <summary>Who is called refreshes when the caller did not say who does, as clients shall (TS 24.379 6.2.3.1.1).</summary>
    public bool RefreshesWhenCalled { get; init; }
}
