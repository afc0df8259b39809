using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>What an <see cref="EventSubscriber"/> wants done or tells.</summary>
public abstract record SubscriberEffect
{
    private SubscriberEffect()
    {
    }

    /// <summary>
    /// Send; what becomes of it goes to <see cref="EventSubscriber.ReceiveResponse"/> or <see cref="EventSubscriber.ReceiveFailure"/>.
    /// A challenge is the sender's to answer, with the next CSeq.
    /// </summary>
    public sealed record Send(SipRequest Request) : SubscriberEffect;

    /// <summary>A notifier told its state.</summary>
    /// <param name="Dialog">Tells notifiers apart when the SUBSCRIBE was forked.</param>
    public sealed record Notified(string Dialog, SipSubscriptionState State, SipRequest Notify) : SubscriberEffect;

    /// <summary>
    /// A subscription is over, or none came to be.
    /// </summary>
    /// <param name="Reason">Of <see cref="SubscriptionReasons"/>, or what happened.</param>
    /// <param name="Response">The refusal, if it was one.</param>
    /// <param name="RetryAt">When it is tried again; <see cref="Instant.Never"/>: it is not.</param>
    public sealed record Ended(string Reason, SipResponse? Response, Instant RetryAt) : SubscriberEffect;
}
