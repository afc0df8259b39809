namespace MediaEngine.Media;

/// <summary>
/// The leg listens, or no longer listens, on the subchannel that its call is mapped to (TS 24.379 14.2.3): nothing that goes there
/// is sent to it by unicast as well. Ends by itself when the call is unmapped; means nothing while it is not mapped.
/// </summary>
public sealed record ReportListening(CallId Call, LegId Leg, bool Listens) : MediaCommand(Call);
