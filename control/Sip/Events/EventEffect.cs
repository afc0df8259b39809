namespace MediaEngine.Sip;

/// <summary>What an <see cref="EventNotifier"/> wants done, in order; after the response that the call returned.</summary>
public abstract record EventEffect(EventSubscription Subscription)
{
    /// <summary>
    /// Send to <see cref="EventSubscription.Destination"/>; what becomes of it goes to <see cref="EventNotifier.Answered"/> or
    /// <see cref="EventNotifier.Failed"/>.
    /// </summary>
    public sealed record Notify(EventSubscription Subscription, SipRequest Request) : EventEffect(Subscription);

    /// <summary>Keep <see cref="EventSubscription.ToSnapshot"/>, durably before what follows is sent.</summary>
    public sealed record Save(EventSubscription Subscription) : EventEffect(Subscription);

    /// <summary>Nothing of it is kept any more; its last NOTIFY may still come.</summary>
    /// <param name="Why">For a log: a reason of <see cref="SubscriptionReasons"/>, or what became of a NOTIFY.</param>
    public sealed record Forget(EventSubscription Subscription, string Why) : EventEffect(Subscription);
}
