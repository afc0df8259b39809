namespace MediaEngine.Media;

public enum FloorDecisionKind
{
    /// <summary>It may talk.</summary>
    Granted,

    /// <summary>Its request waits.</summary>
    Queued,

    Denied,

    /// <summary>It was told to stop.</summary>
    Revoked,

    /// <summary>It has the floor no longer: given back, taken away, or silent for T1.</summary>
    Released,
}
