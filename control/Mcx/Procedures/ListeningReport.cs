using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// A client reports whether it listens to the bearer, or to the subchannel that one of its calls is mapped to (TS 24.379 14.2.3). It
/// can speak only for a client of its own user, and only of calls that this client is in.
/// </summary>
internal sealed class ListeningReport(McContext context, CallMulticast multicast)
{
    public void Handle(SipTransactionId transaction, SipRequest request, McUser user, RequestBodies bodies, McxEffects effects)
    {
        if (bodies.MbmsUsage!.Report is not { } report)
        {
            context.Refuse(transaction, request, McxWarning.InvalidBody, user.McpttId, "an MBMS usage body without listening status", effects);
            return;
        }
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        Registration? registration = context.State.RegistrationsOf(mcpttId)
            .FirstOrDefault(candidate => bodies.Info?.ClientId is null || candidate.ClientId == bodies.Info.ClientId);
        if (registration is null)
        {
            context.Refuse(transaction, request, McxWarning.UserUnknown, user.McpttId, "there is no registered client of that identity", effects);
            return;
        }
        if (context.Options.Multicast is not { } options || !report.Tmgis.Contains(options.Tmgi))
        {
            context.Refuse(transaction, request, 404, "the TMGI is not one that this server announced", user.McpttId, effects);
            return;
        }
        if (!report.GeneralPurpose && report.Sessions.Count == 0)
        {
            context.Refuse(transaction, request, McxWarning.InvalidBody, user.McpttId, "a report about neither the general purpose subchannel nor a session", effects);
            return;
        }
        CallLeg?[] legs = [.. report.Sessions.Select(session => LegOf(session, registration))];
        if (legs.Contains(null))
        {
            context.Refuse(transaction, request, McxWarning.CallDoesNotExist, user.McpttId, "the client is not in a call of that session identity", effects);
            return;
        }
        if (report.GeneralPurpose)
        {
            multicast.SetMonitoring(registration.Id, report.Listens, effects);
            effects.Log(report.Listens ? "bearer-listened" : "bearer-not-listened", user.McpttId, $"TMGI {options.Tmgi}, client {registration.ClientId}");
        }
        foreach (CallLeg? leg in legs)
        {
            if (leg!.InMedia && leg.Call.Subchannel is not null)
                effects.Submit(new MediaEffect.ReportListening(leg.Call.Number, leg.Number, report.Listens));
        }
        context.Respond(transaction, request, 200, effects);
    }

    private CallLeg? LegOf(string session, Registration registration)
    {
        string? wanted = McIdentity.Normalise(session);
        return context.State.CallsByNumber.Values.FirstOrDefault(call => McIdentity.Normalise(call.SessionUri) == wanted)
            ?.LegOf(registration.McpttId, registration.ClientId);
    }
}
