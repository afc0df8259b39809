namespace MediaEngine.Media;

/// <summary>Nobody asked for the floor while T4 ran (TS 24.380 6.3.4.3.3): the control plane may end the call.</summary>
public sealed record CallInactive(CallId Call) : MediaReport(Call);
