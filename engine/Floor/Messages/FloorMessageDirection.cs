namespace MediaEngine.Floor;

/// <summary>Who sends which message (TS 24.380 table 8.2.2.1-1).</summary>
internal static class FloorMessageDirection
{
    public static bool IsOfServerOnly(this FloorMessageType type) => type is FloorMessageType.Granted or FloorMessageType.Taken or
        FloorMessageType.Deny or FloorMessageType.Idle or FloorMessageType.Revoke or FloorMessageType.QueuePositionInfo or
        FloorMessageType.ReleaseMultiTalker;
}
