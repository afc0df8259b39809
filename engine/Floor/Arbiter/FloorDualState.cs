namespace MediaEngine.Floor;

/// <summary>States of dual floor control (TS 24.380 6.3.6).</summary>
public enum FloorDualState
{
    StartStop,
    D_FloorTaken,
    Releasing,
}
