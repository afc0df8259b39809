namespace MediaEngine.Floor;

/// <summary>Whether a group is mapped to a bearer's subchannel (TS 24.380 10.2).</summary>
public enum SubchannelState
{
    Unmapped,
    Mapped,

    /// <summary>Unmap Group To Bearer is being repeated; everything goes by unicast again.</summary>
    Unmapping,
}
