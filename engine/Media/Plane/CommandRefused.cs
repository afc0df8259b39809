namespace MediaEngine.Media;

/// <summary>A command could not be carried out; the call is as if it had not been sent.</summary>
public sealed record CommandRefused(CallId Call, string Reason) : MediaReport(Call);
