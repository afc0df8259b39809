namespace MediaEngine.Media;

/// <summary>How media, and floor messages to all, can reach a leg.</summary>
public enum LegDelivery
{
    /// <summary>Its own copy to the leg's addresses.</summary>
    Unicast,

    /// <summary>
    /// It monitors the bearer and holds the call's floor key: once the call is mapped and the leg listens there
    /// (<see cref="ReportListening"/>), one copy on the subchannel serves all such legs; else as by unicast.
    /// </summary>
    Multicast,
}
