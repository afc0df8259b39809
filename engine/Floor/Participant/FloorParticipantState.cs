namespace MediaEngine.Floor;

/// <summary>States of the floor participant (TS 24.380 6.2.4).</summary>
public enum FloorParticipantState
{
    StartStop,
    U_HasNoPermission,
    U_PendingRequest,
    U_HasPermission,
    U_PendingRelease,
    U_Queued,
    Releasing,
}
