namespace MediaEngine.Media;

/// <summary>Who may talk now; null when the floor is idle.</summary>
public sealed record FloorChanged(CallId Call, LegId? Talker) : MediaReport(Call);
