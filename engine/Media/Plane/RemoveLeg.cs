namespace MediaEngine.Media;

/// <summary>The participant left: its floor machine releases what it held, its keys are zeroed.</summary>
public sealed record RemoveLeg(CallId Call, LegId Leg) : MediaCommand(Call);
