using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Affiliation by PUBLISH of a presence document (TS 24.379 9.2.2): the published set replaces the previous one.</summary>
internal sealed class AffiliationProcedure(
    McContext context, EventPublications publications, RegroupMembership membership, GroupCallSetup callSetup, GroupCallRelease callRelease)
{
    public void Handle(SipTransactionId transaction, Publication publication, McUser user, Instant now, McxEffects effects)
    {
        SipRequest request = publication.Request;
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason)
            || (bodies.Affiliation is null && (publication.Current is null || publication.Kind == PublicationKind.Modify)))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason.Length > 0 ? reason : "no affiliation document", effects);
            return;
        }
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        AffiliationDocument? document = bodies.Affiliation;
        if (document is not null && McIdentity.Normalise(document.Entity) != mcpttId)
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId,
                $"the document is about {document.Entity}", effects);
            return;
        }
        string clientId = document?.ClientId ?? publication.Current!.Slot;
        string clientKey = McState.ClientKey(mcpttId, clientId);
        if (!publications.TryFindClient(transaction, publication, user, clientId, effects))
            return;
        List<string> wanted = [];
        if (publication.Kind is PublicationKind.Initial or PublicationKind.Modify && !TryResolve(transaction, request, user, mcpttId, document!, wanted, effects))
            return;
        if (!publications.TryCommit(transaction, publication, clientId, body: null, now, effects) || publication.Kind == PublicationKind.Refresh)
            return;

        Affiliation? before = context.State.Affiliations.GetValueOrDefault(clientKey);
        if (document?.PublishId is { } publishId)
            context.State.PublishIds[mcpttId] = publishId;
        // Also when nothing changed: the notification tells the result of this publication.
        context.State.ChangedAffiliations.Add(mcpttId);
        Apply(new Affiliation { Id = clientKey, McpttId = mcpttId, ClientId = clientId, Groups = wanted }, effects);
        effects.Log("affiliated", user.McpttId, wanted.Count == 0 ? "to no group" : string.Join(", ", wanted));
        FollowChange(mcpttId, clientId, before?.Groups ?? [], wanted, now, effects);
    }

    /// <summary>Implicit affiliation of a plain endpoint (TS 23.280 10.8.3): to what the organisation says.</summary>
    /// <param name="isFirst">It was not registered; what registers again is affiliated already.</param>
    public void AffiliateByRegistering(McUser user, string clientId, bool isFirst, Instant now, McxEffects effects)
    {
        string mcpttId = context.Organisation.IdentityOf(user);
        string clientKey = McState.ClientKey(mcpttId, clientId);
        IReadOnlyList<string> wanted = GroupsByRegistering(user, mcpttId);
        IReadOnlyList<string> before = context.State.Affiliations.GetValueOrDefault(clientKey)?.Groups ?? [];
        if (!isFirst && wanted.SequenceEqual(before))
            return;
        Apply(new Affiliation { Id = clientKey, McpttId = mcpttId, ClientId = clientId, Groups = wanted }, effects);
        effects.Log("affiliated", user.McpttId, wanted.Count == 0 ? "to no group" : string.Join(", ", wanted));
        FollowChange(mcpttId, clientId, before, wanted, now, effects);
    }

    /// <summary>The client is gone: its affiliations end, and with them its part in regroups and calls.</summary>
    public void DropAll(string mcpttId, string clientId, Instant now, McxEffects effects)
    {
        string clientKey = McState.ClientKey(mcpttId, clientId);
        Affiliation? before = context.State.Affiliations.GetValueOrDefault(clientKey);
        Apply(new Affiliation { Id = clientKey, McpttId = mcpttId, ClientId = clientId, Groups = [] }, effects);
        FollowChange(mcpttId, clientId, before?.Groups ?? [], [], now, effects);
        // A user regroup has no constituent to be affiliated to.
        foreach (PreconfiguredRegroup regroup in context.State.RegroupsOf(mcpttId).Where(regroup => regroup.HasMember(mcpttId, clientId)))
        {
            membership.Leave(regroup, mcpttId, clientId, effects);
            callRelease.Leave(regroup.Id, mcpttId, clientId, "de-registered", effects);
        }
    }

    private IReadOnlyList<string> GroupsByRegistering(McUser user, string mcpttId)
    {
        IReadOnlyList<McGroup> own = context.Organisation.GroupsOf(mcpttId);
        if (own.Count == 0)
            return [];
        return user.PlainSip!.AffiliatedGroups is { } named
            ? [.. named.Select(group => McIdentity.Normalise(group)!).Intersect(own.Select(group => McIdentity.Normalise(group.Id)!))]
            : [.. own.Where(group => !group.PreconfiguredGroupUseOnly && !group.Disabled).Select(group => McIdentity.Normalise(group.Id)!)];
    }

    private bool TryResolve(
        SipTransactionId transaction,
        SipRequest request,
        McUser user,
        string mcpttId,
        AffiliationDocument document,
        List<string> wanted,
        McxEffects effects)
    {
        foreach (string identity in document.Groups)
        {
            // A client repeats the regroup group the server affiliated it to; that membership is the server's.
            if (McIdentity.Normalise(identity) is { } id && context.State.Regroups.ContainsKey(id))
                continue;
            if (context.Organisation.Group(identity) is not { } group)
            {
                context.Refuse(transaction, request, McxWarning.GroupDocumentMissing, user.McpttId, $"there is no group {identity}", effects);
                return false;
            }
            if (!group.Members.ContainsKey(mcpttId))
            {
                context.Refuse(transaction, request, McxWarning.NotGroupMember, user.McpttId, $"not a member of {identity}", effects);
                return false;
            }
            string groupId = McIdentity.Normalise(group.Id)!;
            if (!wanted.Contains(groupId))
                wanted.Add(groupId);
        }
        if (wanted.Count <= user.MaxAffiliations)
            return true;
        context.Refuse(transaction, request, McxWarning.TooManyAffiliations, user.McpttId,
            $"{wanted.Count} groups, {user.MaxAffiliations} are allowed", effects);
        return false;
    }

    private void Apply(Affiliation affiliation, McxEffects effects)
    {
        IReadOnlyList<string> before = context.State.Affiliations.GetValueOrDefault(affiliation.Id)?.Groups ?? [];
        if (!before.SequenceEqual(affiliation.Groups))
        {
            context.State.ChangedAffiliations.Add(affiliation.McpttId);
            context.State.ChangedAffiliations.UnionWith(before.Except(affiliation.Groups));
            context.State.ChangedAffiliations.UnionWith(affiliation.Groups.Except(before));
        }
        if (affiliation.Groups.Count == 0)
        {
            context.State.RemoveAffiliation(affiliation.Id);
            effects.Delete<Affiliation>(affiliation.Id);
            return;
        }
        context.State.Set(affiliation);
        effects.Put(affiliation);
    }

    private void FollowChange(
        string mcpttId,
        string clientId,
        IReadOnlyList<string> before,
        IReadOnlyList<string> after,
        Instant now,
        McxEffects effects)
    {
        foreach (string group in before.Except(after))
        {
            callRelease.Leave(group, mcpttId, clientId, "de-affiliated", effects);
            if (RegroupOf(group) is { } regroup && !regroup.Groups.Any(after.Contains))
            {
                membership.Leave(regroup, mcpttId, clientId, effects);
                callRelease.Leave(regroup.Id, mcpttId, clientId, "de-affiliated from the last constituent group", effects);
            }
        }
        foreach (string group in after.Except(before))
        {
            if (RegroupOf(group) is { } regroup)
            {
                if (membership.Join(regroup, mcpttId, clientId, effects))
                    callSetup.InviteLate(regroup.Id, mcpttId, clientId, now, effects);
            }
            else
            {
                callSetup.InviteLate(group, mcpttId, clientId, now, effects);
            }
        }
    }

    private PreconfiguredRegroup? RegroupOf(string group) =>
        context.State.RegroupOfConstituent.TryGetValue(group, out string? id) ? context.State.Regroups[id] : null;
}
