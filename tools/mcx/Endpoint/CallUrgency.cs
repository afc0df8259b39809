using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>How urgent a group call is.</summary>
public enum CallUrgency
{
    Normal,
    ImminentPeril,
    Emergency,
}

internal static class CallUrgencies
{
    /// <summary>As it stands in the Floor Indicator.</summary>
    public static FloorIndicator CallType(this CallUrgency urgency) => urgency switch
    {
        CallUrgency.Emergency => FloorIndicator.Emergency,
        CallUrgency.ImminentPeril => FloorIndicator.ImminentPeril,
        _ => FloorIndicator.Normal,
    };
}
