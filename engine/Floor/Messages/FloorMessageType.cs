namespace MediaEngine.Floor;

/// <summary>Floor control messages by their subtype without the acknowledgement bit (TS 24.380 table 8.2.2.1-1).</summary>
public enum FloorMessageType : byte
{
    Request = 0,
    Granted = 1,
    Taken = 2,
    Deny = 3,
    Release = 4,
    Idle = 5,
    Revoke = 6,
    RevokeRequest = 7,
    QueuePositionRequest = 8,
    QueuePositionInfo = 9,
    Ack = 10,
    UnicastMediaFlowControl = 11,
    QueuedFloorRequests = 14,
    ReleaseMultiTalker = 15,
}
