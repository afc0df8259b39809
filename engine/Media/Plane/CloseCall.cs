namespace MediaEngine.Media;

/// <summary>Ends a call: floor released (TS 24.380 6.3.4.2), legs removed, keys zeroed.</summary>
public sealed record CloseCall(CallId Call) : MediaCommand(Call);
