namespace MediaEngine.Floor;

/// <summary>What a Queued Floor Requests message is for (TS 24.380 8.2.3.23).</summary>
public enum QueuedFloorRequestsPurpose : ushort
{
    CancelRequest = 0,
    CancelResult = 1,
    CancelNotification = 2,
}
