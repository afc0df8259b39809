using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Preconfigured group and user regroup formation within one MC system (TS 23.280 10.15.3.2.1 and 10.15.3.2.2,
/// TS 24.379 16.2.3.1 and 16.3).
/// </summary>
internal sealed class PreconfiguredRegroupFormation(McContext context, RegroupNotification notification)
{
    public void Handle(SipTransactionId transaction, SipRequest request, McUser requester, RegroupBody body, Instant now, McxEffects effects)
    {
        string? regroupId = McIdentity.Normalise(body.RegroupUri);
        string? preconfiguredId = McIdentity.Normalise(body.PreconfiguredGroup);
        string?[] groups = [.. body.Groups.Select(McIdentity.Normalise)];
        string?[] users = [.. body.Users.Select(McIdentity.Normalise)];
        void Refuse(McxWarning warning, string detail) =>
            context.Refuse(transaction, request, warning, requester.McpttId, $"regroup {body.RegroupUri}: {detail}", effects);

        if (!context.State.RegistrationsOf(McIdentity.Normalise(requester.McpttId)!).Any())
        {
            Refuse(McxWarning.UserUnknown, "the requester has no registered client");
            return;
        }
        if (regroupId is null || preconfiguredId is null || groups.Contains(null) || users.Contains(null))
        {
            Refuse(McxWarning.InvalidBody, "an identity is not a URI");
            return;
        }
        if (groups.Distinct().Count() != groups.Length || users.Distinct().Count() != users.Length)
        {
            Refuse(McxWarning.InvalidBody, "a group or user is listed twice");
            return;
        }
        if (regroupId == preconfiguredId || groups.Contains(regroupId) || groups.Contains(preconfiguredId))
        {
            Refuse(McxWarning.InvalidBody, "the regroup group, the preconfigured group and the constituents must differ");
            return;
        }
        if (!requester.AllowRegroup)
        {
            Refuse(McxWarning.RegroupCreationNotAuthorised, "allow-regroup is not set for the requester");
            return;
        }
        if (context.Organisation.Group(preconfiguredId) is not { } preconfigured)
        {
            Refuse(McxWarning.GroupDocumentMissing, $"there is no group {preconfiguredId}");
            return;
        }
        if (context.State.Regroups.ContainsKey(regroupId) || context.Organisation.Group(regroupId) is not null)
        {
            Refuse(McxWarning.RegroupIdInUse, "the identity is in use");
            return;
        }
        foreach (string? group in groups)
        {
            if (context.State.Regroups.ContainsKey(group!) || context.State.RegroupOfConstituent.ContainsKey(group!))
            {
                Refuse(McxWarning.GroupRegrouped, $"{group} is regrouped");
                return;
            }
            if (context.Organisation.Group(group) is null)
            {
                Refuse(McxWarning.GroupDoesNotExist, $"there is no group {group}");
                return;
            }
        }
        if (context.State.Regroups.Count >= context.Options.MaxRegroups)
        {
            context.Respond(transaction, request, 503, effects);
            effects.Warn("regroup-limit", regroupId, $"{context.Options.MaxRegroups} regroups are in effect");
            return;
        }

        var regroup = new PreconfiguredRegroup
        {
            Id = regroupId,
            PreconfiguredGroup = preconfiguredId,
            Owner = requester.McpttId,
            Groups = [.. groups.Select(group => group!)],
            Users = KnownUsers(users, regroupId, effects),
            Members = [],
            CreatedAt = context.WallClock(now),
        };
        regroup = regroup with { Members = MembersOf(regroup, preconfigured, effects) };
        context.State.AddRegroup(regroup);
        effects.Put(regroup);
        effects.Log("regroup-formed", regroupId,
            $"by {requester.McpttId}, configuration of {preconfiguredId}, {regroup.Groups.Count} groups, {regroup.Users.Count} users, {regroup.Members.Count} affiliated clients");
        // The answer does not wait for the members: their acknowledgement may take longer than the requester's transaction.
        context.Respond(transaction, request, 200, effects);
        foreach (RegroupMember member in regroup.Members)
            notification.NotifyFormed(regroup, member, effects);
    }

    private List<string> KnownUsers(string?[] users, string regroupId, McxEffects effects)
    {
        var known = new List<string>();
        foreach (string? user in users)
        {
            if (context.Organisation.UserByMcpttId(user) is not null)
                known.Add(user!);
            else
                effects.Warn("regroup-user-unknown", regroupId, $"{user} is not a user of this system and was left out");
        }
        return known;
    }

    /// <summary>Only clients affiliated to a constituent group, or clients of a listed user; each once.</summary>
    private List<RegroupMember> MembersOf(PreconfiguredRegroup regroup, McGroup preconfigured, McxEffects effects)
    {
        IEnumerable<(string McpttId, string ClientId)> clients = regroup.Groups.Count > 0
            ? regroup.Groups.SelectMany(context.State.AffiliatedTo).Select(affiliation => (affiliation.McpttId, affiliation.ClientId))
            : regroup.Users.SelectMany(context.State.RegistrationsOf).Select(registration => (registration.McpttId, registration.ClientId));
        var members = new List<RegroupMember>();
        foreach ((string mcpttId, string clientId) in clients.Distinct())
        {
            if (RegroupMembership.MayJoin(preconfigured, mcpttId, regroup.Id, effects))
                members.Add(new RegroupMember { McpttId = mcpttId, ClientId = clientId });
        }
        return members;
    }
}
