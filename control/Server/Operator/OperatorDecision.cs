using MediaEngine.Media;

namespace MediaEngine.Server;

/// <param name="Number">Counts from 1 while somebody watches the call.</param>
/// <param name="At">When.</param>
/// <param name="Decision">What.</param>
/// <param name="McpttId">About whom.</param>
/// <param name="Leg">Its number in the call.</param>
/// <param name="Cause">Of denied and revoked (TS 24.380 8.2.6.2, 8.2.10.2), else null.</param>
/// <param name="Phrase">What that cause means.</param>
public sealed record OperatorDecision(
    long Number, DateTimeOffset At, FloorDecisionKind Decision, string McpttId, int Leg, int? Cause, string? Phrase);
