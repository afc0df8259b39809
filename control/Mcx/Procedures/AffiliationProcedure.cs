using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Affiliation by PUBLISH of a presence document (TS 24.379 9.2.2): the published set replaces the previous one.</summary>
internal sealed class AffiliationProcedure(McContext context, RegroupMembership membership, GroupCallSetup callSetup, GroupCallRelease callRelease)
{
    /// <summary>The only expiry besides 0 (TS 24.379 9.2.1.2): affiliation lasts until it is changed.</summary>
    private const string Forever = "4294967295";

    public void Handle(SipTransactionId transaction, SipRequest request, McUser user, Instant now, McxEffects effects)
    {
        if (request.Headers.Get("Event")?.Split(';')[0].Trim() != "presence")
        {
            SipResponse badEvent = context.Reply(request, 489);
            badEvent.Headers.Add("Allow-Events", "presence");
            effects.Respond(transaction, badEvent);
            return;
        }
        string? expires = request.Headers.Get("Expires")?.Trim();
        if (expires is not (Forever or "0"))
        {
            SipResponse tooBrief = context.Reply(request, 423);
            tooBrief.Headers.Add("Min-Expires", Forever);
            effects.Respond(transaction, tooBrief);
            return;
        }
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason) || bodies.Affiliation is not { } document)
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason.Length > 0 ? reason : "no affiliation document", effects);
            return;
        }
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        if (McIdentity.Normalise(document.Entity) != mcpttId)
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId,
                $"the document is about {document.Entity}", effects);
            return;
        }
        string clientKey = McState.ClientKey(mcpttId, document.ClientId);
        if (!context.State.Registrations.ContainsKey(clientKey))
        {
            context.Refuse(transaction, request, McxWarning.UserUnknown, user.McpttId, $"client {document.ClientId} is not registered", effects);
            return;
        }
        List<string> wanted = [];
        if (expires == Forever && !TryResolve(transaction, request, user, mcpttId, document, wanted, effects))
            return;

        Affiliation? before = context.State.Affiliations.GetValueOrDefault(clientKey);
        Apply(new Affiliation { Id = clientKey, McpttId = mcpttId, ClientId = document.ClientId, Groups = wanted }, effects);
        effects.Log("affiliated", user.McpttId, wanted.Count == 0 ? "to no group" : string.Join(", ", wanted));
        SipResponse ok = context.Reply(request, 200);
        ok.Headers.Add("SIP-ETag", context.RandomToken());
        ok.Headers.Add("Expires", expires);
        effects.Respond(transaction, ok);
        FollowChange(mcpttId, document.ClientId, before?.Groups ?? [], wanted, now, effects);
    }

    /// <summary>Implicit affiliation of a plain endpoint (TS 23.280 10.8.3): to what the organisation says.</summary>
    public void AffiliateByRegistering(McUser user, string clientId, Instant now, McxEffects effects)
    {
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        string clientKey = McState.ClientKey(mcpttId, clientId);
        IEnumerable<McGroup> own = context.Organisation.GroupsOf(mcpttId);
        IReadOnlyList<string> wanted = user.PlainSip!.AffiliatedGroups is { } named
            ? [.. named.Select(group => McIdentity.Normalise(group)!).Intersect(own.Select(group => McIdentity.Normalise(group.Id)!))]
            : [.. own.Where(group => !group.PreconfiguredGroupUseOnly && !group.Disabled).Select(group => McIdentity.Normalise(group.Id)!)];
        IReadOnlyList<string> before = context.State.Affiliations.GetValueOrDefault(clientKey)?.Groups ?? [];
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
