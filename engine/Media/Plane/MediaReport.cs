namespace MediaEngine.Media;

/// <summary>What the media plane tells the control plane.</summary>
public abstract record MediaReport(CallId Call);
