namespace MediaEngine.Server;

/// <summary>Written in JSON as <c>pending-revoke</c> and so on.</summary>
public enum OperatorFloorState
{
    /// <summary>A temporary group call that waits for its constituent groups.</summary>
    Initialising,

    Idle,

    Taken,

    /// <summary>Every talker was told to stop, and may finish.</summary>
    PendingRevoke,

    /// <summary>A function of another system controls it; who talks and waits is not known here.</summary>
    Elsewhere,

    Releasing,

    /// <summary>The call is over.</summary>
    Ended,
}
