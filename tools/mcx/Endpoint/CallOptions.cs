namespace MediaEngine.Tool;

/// <summary>How an outgoing group call is set up.</summary>
public sealed record CallOptions
{
    /// <summary>The call's set-up is the floor request as well (mc_implicit_request).</summary>
    public bool ImplicitFloorRequest { get; init; }

    /// <summary>Mark it a broadcast group call (TS 24.379 6.2.8.2).</summary>
    public bool Broadcast { get; init; }

    /// <summary>Make it an emergency or imminent peril call (TS 24.379 6.2.8.1); needs the user's authorisation.</summary>
    public CallUrgency Urgency { get; init; }

    /// <summary>Ask not to be named to the others (<c>Privacy: id</c>).</summary>
    public bool Privacy { get; init; }

    /// <summary>mc_priority offered in place of <see cref="EndpointOptions.FloorPriority"/>.</summary>
    public byte? FloorPriority { get; init; }
}
