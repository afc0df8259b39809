using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>A session upgrade that is a Floor Request too (TS 24.380 6.3.5.3.9, 6.3.5.4.8).</summary>
/// <param name="Call">An open call.</param>
/// <param name="Leg">Who asks.</param>
/// <param name="CallType">Emergency, imminent peril or normal: what the leg is authorised for.</param>
public sealed record RequestFloor(CallId Call, LegId Leg, FloorIndicator CallType) : MediaCommand(Call);
