namespace MediaEngine.Media;

/// <summary>How the media of others reaches a leg.</summary>
public enum LegDelivery
{
    /// <summary>Its own copy to the leg's audio address.</summary>
    Unicast,

    /// <summary>The call's multicast bearer, one copy for all such legs.</summary>
    Multicast,
}
