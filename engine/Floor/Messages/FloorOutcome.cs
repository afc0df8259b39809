namespace MediaEngine.Floor;

/// <summary>What became of an input of the floor room. Everything but <see cref="Ok"/> changed nothing.</summary>
public enum FloorOutcome
{
    Ok,

    /// <summary>The octets are not a well-formed RTCP APP packet with whole fields.</summary>
    Malformed,

    /// <summary>Well formed, but another APP name or an unassigned subtype: ignored as TS 24.380 8.1.4 asks.</summary>
    Ignored,

    /// <summary>No action is specified for this message in the current state: discarded (TS 24.380 6.3.4.1).</summary>
    NotSpecifiedInState,

    /// <summary>This state of the floor, or a later one, came before: over the other path, or in another order.</summary>
    AlreadyKnown,

    /// <summary>More messages in one datagram than are handled; the first ones were.</summary>
    TooManyMessages,

    /// <summary>The participant may not ask for this.</summary>
    NotAllowed,

    UnknownParticipant,

    AlreadyJoined,

    /// <summary>The call is being released or has been.</summary>
    CallReleasing,
}
