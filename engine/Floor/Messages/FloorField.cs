namespace MediaEngine.Floor;

/// <summary>Field identifiers of floor control messages (TS 24.380 8.2.3.1).</summary>
public enum FloorField : byte
{
    FloorPriority = 0,
    Duration = 1,
    RejectCause = 2,
    QueueInfo = 3,
    GrantedPartysIdentity = 4,
    PermissionToRequestTheFloor = 5,
    UserId = 6,
    QueueSize = 7,
    MessageSequenceNumber = 8,
    QueuedUserId = 9,
    Source = 10,
    TrackInfo = 11,
    MessageType = 12,
    FloorIndicator = 13,
    AudioSsrc = 14,
    ListOfGrantedUsers = 15,
    ListOfSsrcs = 16,
    FunctionalAlias = 17,
    ListOfFunctionalAliases = 18,
    Location = 19,
    ListOfLocations = 20,
    QueuedFloorRequestsPurpose = 21,
    ListOfQueuedUsers = 22,
    ResponseState = 23,
    MediaFlowControlIndicator = 24,
    FloorRevokeRequestUserId = 25,
}
