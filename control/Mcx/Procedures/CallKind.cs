using MediaEngine.Floor;

namespace MediaEngine.Mcx;

/// <summary>
/// What kind of call is asked for: emergency, imminent peril, broadcast (TS 24.379 6.2.8.1, 6.2.8.2, 6.3.3.1.13), and who may ask.
/// </summary>
internal static class CallKind
{
    public const string UserAuthorisation = "user authorisation";

    /// <summary>What the indications ask for; null when there is none.</summary>
    public static FloorIndicator? CallTypeOf(McpttInfo? info)
    {
        if (info?.EmergencyIndication == true)
            return FloorIndicator.Emergency;
        if (info?.ImminentPerilIndication == true)
            return FloorIndicator.ImminentPeril;
        return info is { EmergencyIndication: null, ImminentPerilIndication: null } or null ? null : FloorIndicator.Normal;
    }

    public static bool MayCall(McUser user, FloorIndicator callType) => callType switch
    {
        FloorIndicator.Emergency => user.AllowEmergencyGroupCall,
        FloorIndicator.ImminentPeril => user.AllowImminentPerilCall,
        _ => true,
    };

    public static bool IsBroadcast(McGroup group, McpttInfo? info) => group.Broadcast == BroadcastCalls.Always ||
        group.Broadcast == BroadcastCalls.Allowed && info?.BroadcastIndication == true;

    /// <summary>Refuses what the caller or the group may not have; null when the call may be made.</summary>
    public static (McxWarning Warning, string Detail)? RefusalOf(McUser caller, McGroup group, McpttInfo? info)
    {
        FloorIndicator callType = CallTypeOf(info) ?? FloorIndicator.Normal;
        if (!MayCall(caller, callType))
            return (McxWarning.FunctionNotAllowed(UserAuthorisation), $"may not make {callType} calls");
        if (info?.BroadcastIndication == true && group.Broadcast == BroadcastCalls.Never)
            return (McxWarning.FunctionNotAllowed("group definition"), $"{group.Id} has no broadcast group calls");
        return null;
    }

    /// <summary>The same mcptt-info with the call's indications.</summary>
    public static McpttInfo Describe(GroupCall call, McpttInfo info) => info with
    {
        EmergencyIndication = call.CallType == FloorIndicator.Emergency ? true : null,
        ImminentPerilIndication = call.CallType == FloorIndicator.ImminentPeril ? true : null,
        BroadcastIndication = call.IsBroadcast ? true : null,
    };
}
