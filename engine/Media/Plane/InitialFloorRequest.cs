using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>
/// A floor request that came by SIP while a temporary group call was set up (application/vnd.3gpp.mcptt-floor-request+xml).
/// </summary>
/// <param name="Function">The leg of the non-controlling function it came from.</param>
/// <param name="McpttId">user-id: who asks, 1 to 255 octets in UTF-8.</param>
/// <param name="Priority">floor-priority; null when absent.</param>
/// <param name="Indicator">floor-indicator.</param>
/// <param name="QueueingSupported">queueing-capability of track-info.</param>
/// <param name="ParticipantType">participant-type of track-info, at most 32 octets in UTF-8.</param>
/// <param name="References">floor-participant-reference of track-info, the lowest function's first, 1 to 32.</param>
public sealed record InitialFloorRequest(
    LegId Function,
    string McpttId,
    byte? Priority,
    FloorIndicator Indicator,
    bool QueueingSupported,
    string ParticipantType,
    IReadOnlyList<uint> References);
