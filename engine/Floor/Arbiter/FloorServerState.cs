namespace MediaEngine.Floor;

/// <summary>States of the general floor control operation (TS 24.380 6.3.4).</summary>
public enum FloorServerState
{
    StartStop,
    G_Initialising,
    G_FloorIdle,
    G_FloorTaken,
    G_PendingFloorRevoke,
    Releasing,
}
