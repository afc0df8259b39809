namespace MediaEngine.Sip;

/// <summary>
/// What of a subscription outlives the process. <see cref="SipDialogSnapshot.LocalCSeq"/> is above every number used until the next
/// <see cref="EventEffect.Save"/>, so that none comes again.
/// </summary>
/// <param name="ContentType">The document the subscriber takes.</param>
/// <param name="IsPending">Its authorisation is pending.</param>
public sealed record EventSubscriptionSnapshot(
    string Package, string? EventId, IReadOnlyList<string> Resources, string Subscriber, string ContentType, bool IsPending, SipDialogSnapshot Dialog);
