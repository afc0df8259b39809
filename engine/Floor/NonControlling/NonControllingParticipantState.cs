namespace MediaEngine.Floor;

/// <summary>States of a non-controlling function towards one of its participants (TS 24.380 6.5.5).</summary>
public enum NonControllingParticipantState
{
    StartStop,
    P_HasNoPermission,
    P_HasPermission,
    P_Releasing,
}
