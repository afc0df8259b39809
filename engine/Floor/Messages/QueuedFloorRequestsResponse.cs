namespace MediaEngine.Floor;

/// <summary>Response states of a Queued Floor Requests result (TS 24.380 8.2.3.25).</summary>
public static class QueuedFloorRequestsResponse
{
    public const ushort AllRemoved = 0;
    public const ushort QueueEmpty = 2;
    public const ushort UsersNotQueued = 3;
    public const ushort PartiallyRemoved = 5;
}
