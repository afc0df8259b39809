using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>What floor control decided about a participant.</summary>
/// <param name="Number">Counts from 1 while the call is watched.</param>
/// <param name="At">When, on the media plane's clock.</param>
/// <param name="Kind">What.</param>
/// <param name="Leg">About whom.</param>
/// <param name="McpttId">Of that leg.</param>
/// <param name="Cause">Reject cause of denied and revoked (TS 24.380 8.2.6.2, 8.2.10.2), else 0.</param>
public sealed record FloorDecision(long Number, Instant At, FloorDecisionKind Kind, LegId Leg, string McpttId, ushort Cause);
