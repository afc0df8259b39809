namespace MediaEngine.Media;

/// <summary>The leg kept sending after Floor Revoke until the server gave up (T8).</summary>
public sealed record LegUnresponsive(CallId Call, LegId Leg) : MediaReport(Call);
