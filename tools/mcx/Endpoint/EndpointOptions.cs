using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>How an <see cref="McxEndpoint"/> behaves; the profile says who it is.</summary>
public sealed record EndpointOptions
{
    /// <summary>Answer invitations without asking, as MCPTT clients with automatic commencement do.</summary>
    public bool AutoAnswer { get; init; } = true;

    /// <summary>Where bursts are written as WAV files; null = not written.</summary>
    public string? OutputDirectory { get; init; }

    public IEndpointTap? Tap { get; init; }

    /// <summary>Where the group keys that are delivered are kept; null = in memory only.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Tells when keys begin and end.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Asked of the server at registration; it may shorten it.</summary>
    public int RegistrationExpires_s { get; init; } = 3600;

    /// <summary>mc_priority offered for the floor, 1..255 (TS 24.380 12.1.2).</summary>
    public byte FloorPriority { get; init; } = 5;

    /// <summary>Offer queueing of floor requests (mc_queueing).</summary>
    public bool Queueing { get; init; } = true;

    /// <summary>Told with floor requests, at most 255 octets (TS 24.380 8.2.3.19).</summary>
    public string? FunctionalAlias { get; init; }

    /// <summary>A Location value told with floor requests: type octet and content (TS 24.380 8.2.3.21).</summary>
    public ReadOnlyMemory<byte> Location { get; init; }

    /// <summary>How long the session of a call lasts when the server does not show itself.</summary>
    public SessionTimerOptions SessionTimer { get; init; } = new();

    /// <summary>How long an answer to SIP is waited for before the server counts as not reachable.</summary>
    public TimeSpan SipTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
