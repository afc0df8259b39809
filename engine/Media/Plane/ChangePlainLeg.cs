namespace MediaEngine.Media;

/// <summary>A plain SIP endpoint negotiated anew (re-INVITE): hold and resume, another address, other keys.</summary>
/// <param name="Call">An open call.</param>
/// <param name="Leg">A leg that <see cref="AddPlainLeg"/> brought.</param>
/// <param name="Media">The whole of it. Keys are null when those before stay.</param>
/// <param name="KeepKeys">The keys, or their absence, stay as they are.</param>
public sealed record ChangePlainLeg(CallId Call, LegId Leg, PlainMedia Media, bool KeepKeys) : MediaCommand(Call);
