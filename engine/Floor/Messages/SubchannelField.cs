namespace MediaEngine.Floor;

/// <summary>Field identifiers of MBMS subchannel control (TS 24.380 8.4.3).</summary>
public enum SubchannelField : byte
{
    MbmsSubchannel = 0,
    Tmgi = 1,
    McpttGroupId = 2,
    MonitoringState = 3,
}
