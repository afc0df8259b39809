namespace MediaEngine.Floor;

/// <summary>Session types of an MCPTT Session Identity (TS 24.380 8.3.3.3).</summary>
public enum PreEstablishedSessionType : byte
{
    None = 0,
    Private = 1,
    PrearrangedGroup = 3,
    ChatGroup = 4,
}
