namespace MediaEngine.Floor;

/// <summary>Configuration of a floor participant (TS 24.380 11.1, 24.483).</summary>
public sealed record FloorParticipantOptions
{
    /// <summary>SSRC in the header of every message, mc_floor_ssrc where negotiated.</summary>
    public required uint Ssrc { get; init; }

    /// <summary>Priority asked for, or null to leave the field out.</summary>
    public byte? Priority { get; init; }

    /// <summary>mc_priority of the session, or null: no request asks for more.</summary>
    public byte? NegotiatedPriority { get; init; }

    /// <summary>mc_queueing was negotiated: the place in the queue may be asked for.</summary>
    public bool QueueingNegotiated { get; init; } = true;

    /// <summary>Ask for a Floor Ack to Floor Release.</summary>
    public bool RequestReleaseAck { get; init; }

    /// <summary>Call type bits of requests and releases.</summary>
    public FloorIndicator CallType { get; init; } = FloorIndicator.Normal;

    /// <summary>Sent in requests, at most 255 octets in UTF-8.</summary>
    public string? FunctionalAlias { get; init; }

    /// <summary>A Location value sent in requests: type octet and content, or empty.</summary>
    public ReadOnlyMemory<byte> Location { get; init; }

    /// <summary>
    /// A queued request that gets its turn is accepted at once while the push-to-talk is still held, without the user's second
    /// action; for automatic clients.
    /// </summary>
    public bool AcceptQueuedGrantAutomatically { get; init; }

    /// <summary>This participant started a broadcast group call: the call ends with its talk (6.2.4.6).</summary>
    public bool BroadcastOriginator { get; init; }

    /// <summary>Floor Release interval.</summary>
    public TimeSpan T100 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Floor Request interval.</summary>
    public TimeSpan T101 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>End of received RTP media.</summary>
    public TimeSpan T103 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Floor Queue Position Request interval.</summary>
    public TimeSpan T104 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a queued grant waits for the user.</summary>
    public TimeSpan T132 { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many times Floor Release is sent.</summary>
    public int C100 { get; init; } = 3;

    /// <summary>How many times Floor Request is sent.</summary>
    public int C101 { get; init; } = 3;

    /// <summary>How many times Floor Queue Position Request is sent.</summary>
    public int C104 { get; init; } = 3;

    internal void Validate()
    {
        foreach (TimeSpan timer in (ReadOnlySpan<TimeSpan>)[T100, T101, T103, T104, T132])
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timer, TimeSpan.Zero, nameof(timer));
        foreach (int counter in (ReadOnlySpan<int>)[C100, C101, C104])
            ArgumentOutOfRangeException.ThrowIfLessThan(counter, 1, nameof(counter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Location.Length, FloorText.Longest_bytes, nameof(Location));
    }
}
