using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Event poc-settings (TS 24.379 7.2.4): the service settings of a user's own clients.</summary>
internal sealed class ServiceSettingsEvents(McContext context) : McEventPackage(context.Options.Events)
{
    public override string Name => EventPublications.ServiceSettings;

    public override IReadOnlyList<string> ContentTypes { get; } = [Mcx.ContentTypes.PocSettings];

    public override (string Resource, SubscriberContext Context)? Authorise(
        SipRequest subscribe, McUser user, RequestBodies bodies, Action<McxWarning, string> refuse)
    {
        string own = McIdentity.Normalise(user.McpttId)!;
        if (McIdentity.Normalise(bodies.Info?.RequestUri) is { } target && target != own)
        {
            refuse(McxWarning.FunctionNotAllowed("user authorisation"), $"may not see the settings of {target}");
            return null;
        }
        return (own, new SubscriberContext());
    }

    public override EventBody? StateOf(EventSubscription subscription, bool full, Instant now)
    {
        IEnumerable<ServiceSettings> settings = context.State.RegistrationsOf(subscription.Resources[0])
            .Select(registration => context.State.Settings.GetValueOrDefault(registration.Id)).OfType<ServiceSettings>();
        return new EventBody(Mcx.ContentTypes.PocSettings, ServiceSettings.Serialise(settings));
    }
}
