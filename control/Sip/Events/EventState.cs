namespace MediaEngine.Sip;

/// <summary>One piece of published state: what a publisher's newest entity tag stands for.</summary>
/// <param name="Publisher">Who published it, as the compositor's user names it; nobody else's tag matches.</param>
/// <param name="Slot">Which of the publisher's: a publication without SIP-If-Match replaces what its slot held.</param>
/// <param name="Body">Null when the user keeps none of it here.</param>
public sealed record EventState(string Package, string Publisher, string Slot, string EntityTag, EventBody? Body);
