namespace MediaEngine.Tool;

/// <summary>What came of a floor request.</summary>
public enum FloorAnswer
{
    Granted,
    Denied,

    /// <summary>Taken away again, or given up in the queue.</summary>
    Revoked,

    /// <summary>The floor control server did not answer.</summary>
    TimedOut,

    /// <summary>The call ended before an answer came.</summary>
    CallEnded,
}
