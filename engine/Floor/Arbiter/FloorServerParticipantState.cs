namespace MediaEngine.Floor;

/// <summary>States of the floor control server towards one participant (TS 24.380 6.3.5).</summary>
public enum FloorServerParticipantState
{
    StartStop,
    U_NotPermittedAndFloorIdle,
    U_NotPermittedAndFloorTaken,
    U_Permitted,
    U_PendingFloorRevoke,
    U_NotPermittedButSendsMedia,
    U_NotPermittedAndInitiating,
    Releasing,
}
