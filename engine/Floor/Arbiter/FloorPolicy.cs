namespace MediaEngine.Floor;

/// <summary>
/// How the floor of one call is controlled: service configuration and group document (TS 24.380 11.2, 24.484, 24.481).
/// </summary>
public sealed record FloorPolicy
{
    /// <summary>The largest <see cref="MaxTalkers"/>: their lists have to fit into fields of 255 octets.</summary>
    public const int LargestMaxTalkers = 16;

    /// <summary>Requests may wait while somebody talks.</summary>
    public bool Queueing { get; init; } = true;

    /// <summary>How many requests may wait; the next one is denied with cause 7.</summary>
    public int QueueDepth { get; init; } = 32;

    /// <summary>How many may talk at one time; more than one makes it a multi-talker group (6.3.4.4.7a).</summary>
    public int MaxTalkers { get; init; } = 1;

    /// <summary>A pre-emptive request overrides the talker instead of revoking the floor (6.3.6).</summary>
    public bool DualFloor { get; init; }

    /// <summary>Who hears the overridden talker; the two talkers hear each other in any case (6.3.6.4).</summary>
    public DualFloorListeners DualFloorListeners { get; init; }

    /// <summary>Who asks gets the floor at once; no queue, no priority (6.3.5.4.4).</summary>
    public bool AudioCutIn { get; init; }

    /// <summary>The call waits in G: Initialising until the constituent groups have answered (6.3.4.8).</summary>
    public bool TemporaryGroup { get; init; }

    /// <summary>How long a request may wait before it is denied with cause 255; zero = for ever.</summary>
    public TimeSpan MaxQueueTime { get; init; }

    /// <summary>End of RTP media.</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Stop talking: the longest talk burst.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Stop talking grace after a Floor Revoke; may be zero.</summary>
    public TimeSpan T3 { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Inactivity of the call.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Interval of Floor Idle.</summary>
    public TimeSpan T7 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Interval of Floor Revoke.</summary>
    public TimeSpan T8 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Retry-after: how long a talker whose time was up may not ask again (Deny #4); zero = off.</summary>
    public TimeSpan T9 { get; init; }

    /// <summary>End of RTP media of the overriding talker.</summary>
    public TimeSpan T11 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Stop talking: the longest talk burst of the overriding talker.</summary>
    public TimeSpan T12 { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Interval of Floor Granted for a request that was queued.</summary>
    public TimeSpan T20 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many times Floor Idle is sent.</summary>
    public int C7 { get; init; } = 10;

    /// <summary>How many times Floor Revoke is sent before the participant counts as unresponsive.</summary>
    public int C8 { get; init; } = 5;

    /// <summary>How many times Floor Granted is sent before the grant is taken back.</summary>
    public int C20 { get; init; } = 3;

    /// <summary>
    /// Media of a talker who has just lost the floor is dropped silently for this long: it was in flight. Ours, not the
    /// clause's, which revokes at once.
    /// </summary>
    public TimeSpan MediaInFlight { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Broadcast group call: only the originator talks.</summary>
    public bool Broadcast { get; init; }

    public int? BroadcastOriginator { get; init; }

    /// <summary>Call type bits of the Floor Indicator in every message.</summary>
    public FloorIndicator CallType { get; init; } = FloorIndicator.Normal;

    /// <summary>Priority number of a participant without mc_priority.</summary>
    public byte DefaultPriority { get; init; }

    /// <summary>Ask for a Floor Ack to Granted, Deny and Queue Position Info.</summary>
    public bool RequestAck { get; init; }

    /// <summary>Ask for a Floor Ack to Idle and Taken too.</summary>
    public bool RequestAckFromAll { get; init; }

    /// <summary>How long a Floor Ack may take before the participant is told again what then holds.</summary>
    public TimeSpan AckTime { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many times something is told that nobody acknowledges.</summary>
    public int AckAttempts { get; init; } = 3;

    /// <summary>Named as the talker when the talker asked for privacy.</summary>
    public string AnonymousIdentity { get; init; } = "sip:anonymous@anonymous.invalid";

    internal bool Queues => Queueing && !AudioCutIn;

    internal FloorIndicator Indicator =>
        (Broadcast ? CallType & ~FloorIndicator.Normal | FloorIndicator.Broadcast : CallType) |
        (Queues ? FloorIndicator.QueueingSupported : FloorIndicator.None) |
        (TemporaryGroup ? FloorIndicator.TemporaryGroup : FloorIndicator.None) |
        (MaxTalkers > 1 ? FloorIndicator.MultiTalker : FloorIndicator.None);

    internal void Validate()
    {
        RequirePositive(T1, nameof(T1));
        RequirePositive(T2, nameof(T2));
        RequirePositive(T4, nameof(T4));
        RequirePositive(T7, nameof(T7));
        RequirePositive(T8, nameof(T8));
        RequirePositive(T20, nameof(T20));
        RequirePositive(T11, nameof(T11));
        RequirePositive(T12, nameof(T12));
        RequirePositive(AckTime, nameof(AckTime));
        ArgumentOutOfRangeException.ThrowIfLessThan(T9, TimeSpan.Zero, nameof(T9));
        ArgumentOutOfRangeException.ThrowIfLessThan(T3, TimeSpan.Zero, nameof(T3));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxQueueTime, TimeSpan.Zero, nameof(MaxQueueTime));
        ArgumentOutOfRangeException.ThrowIfLessThan(MediaInFlight, TimeSpan.Zero, nameof(MediaInFlight));
        ArgumentOutOfRangeException.ThrowIfNegative(QueueDepth, nameof(QueueDepth));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(QueueDepth, FloorQueue.MaxCount, nameof(QueueDepth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTalkers, 1, nameof(MaxTalkers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxTalkers, LargestMaxTalkers, nameof(MaxTalkers));
        ArgumentOutOfRangeException.ThrowIfLessThan(AckAttempts, 1, nameof(AckAttempts));
        if ((DualFloor ? 1 : 0) + (AudioCutIn ? 1 : 0) + (MaxTalkers > 1 ? 1 : 0) > 1)
            throw new ArgumentException("Dual floor, audio cut-in and several talkers exclude each other.");
        ArgumentOutOfRangeException.ThrowIfLessThan(C7, 1, nameof(C7));
        ArgumentOutOfRangeException.ThrowIfLessThan(C8, 1, nameof(C8));
        ArgumentOutOfRangeException.ThrowIfLessThan(C20, 1, nameof(C20));
        FloorText.Encode(AnonymousIdentity, nameof(AnonymousIdentity));
    }

    private static void RequirePositive(TimeSpan value, string name) =>
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
}
