using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Service settings by PUBLISH of poc-settings (TS 24.379 7.3.3, 7.3.4), and log-off by one that expires at once.</summary>
internal sealed class ServiceSettingsProcedure(McContext context, EventPublications publications, RegistrationProcedure registration)
{
    public void Handle(SipTransactionId transaction, Publication publication, McUser user, Instant now, McxEffects effects)
    {
        SipRequest request = publication.Request;
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason)
            || (bodies.Settings is null && (publication.Current is null || publication.Kind == PublicationKind.Modify)))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason.Length > 0 ? reason : "no service settings", effects);
            return;
        }
        string clientId = bodies.Settings?.ClientId ?? publication.Current!.Slot;
        if (bodies.Info?.ClientId is { } told && told != clientId)
        {
            context.Refuse(transaction, request, McxWarning.InvalidBody, user.McpttId, $"mcptt-client-id {told} with settings of {clientId}", effects);
            return;
        }
        if (bodies.Info?.RequestUri is { } served && McIdentity.Normalise(served) != publication.Publisher && McIdentity.Normalise(served) != McIdentity.Normalise(context.Options.ServerUri))
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, $"the settings are of {served}", effects);
            return;
        }
        if (!publications.TryFindClient(transaction, publication, user, clientId, effects))
            return;
        EventBody? body = bodies.Settings is { } settings ? new EventBody(ContentTypes.PocSettings, settings.Serialise()) : null;
        if (!publications.TryCommit(transaction, publication, clientId, body, now, effects))
            return;
        string client = McState.ClientKey(publication.Publisher, clientId);
        switch (publication.Kind)
        {
            case PublicationKind.Remove:
                registration.LogOff(client, now, effects);
                break;
            case PublicationKind.Initial or PublicationKind.Modify:
                context.State.Settings[client] = bodies.Settings!;
                context.State.ChangedSettings.Add(publication.Publisher);
                effects.Log("settings-changed", user.McpttId, $"client {clientId} answers {(bodies.Settings!.AnswersManually ? "manually" : "automatically")}");
                break;
        }
    }
}
