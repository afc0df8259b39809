using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>An event package of the MC system: besides its documents it decides who may subscribe to what.</summary>
internal abstract class McEventPackage : EventPackage
{
    protected McEventPackage(EventOptions options)
    {
        MinExpires = options.MinExpires;
        MaxExpires = options.MaxExpires;
        MinInterval = options.MinInterval;
    }

    /// <summary>The resource that the SUBSCRIBE is about and what is remembered of the subscriber; null when it was refused.</summary>
    public abstract (string Resource, SubscriberContext Context)? Authorise(
        SipRequest subscribe, McUser user, RequestBodies bodies, Action<McxWarning, string> refuse);

    /// <summary>For a subscription that was kept over a restart; null when its resource did not outlive it.</summary>
    public virtual SubscriberContext? Restore(string resource) => new();
}
