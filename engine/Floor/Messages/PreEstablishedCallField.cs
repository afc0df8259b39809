namespace MediaEngine.Floor;

/// <summary>Field identifiers of call control over a pre-established session (TS 24.380 8.3.3.1).</summary>
public enum PreEstablishedCallField : byte
{
    MediaStreams = 0,
    McpttSessionIdentity = 1,
    WarningText = 2,
    McpttGroupIdentity = 3,
    AnswerState = 4,
    InvitingMcpttUserIdentity = 5,
    ReasonCode = 6,
    ReasonCause = 7,
    InvitedMcpttUserIdentity = 8,
    PckIMessage = 192,
}
