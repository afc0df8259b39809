namespace MediaEngine.Floor;

/// <summary>MBMS subchannel control messages (TS 24.380 table 8.4.2-1), APP name MCMC.</summary>
public enum SubchannelMessageType : byte
{
    MapGroupToBearer = 0,
    UnmapGroupToBearer = 1,
    ApplicationPaging = 2,
    BearerAnnouncement = 3,
}
