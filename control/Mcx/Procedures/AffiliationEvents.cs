using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Event presence (TS 24.379 9.2.1.3, 9.2.2.2.4): the groups that a user's clients are affiliated to, regroups included; or who is
/// affiliated to a group.
/// </summary>
internal sealed class AffiliationEvents(McContext context) : McEventPackage(context.Options.Events)
{
    /// <summary>In one document: more would not fit into a SIP message.</summary>
    public const int MaxEntries = 400;

    public override string Name => EventPublications.Presence;

    public override IReadOnlyList<string> ContentTypes { get; } = [Mcx.ContentTypes.Pidf];

    public override (string Resource, SubscriberContext Context)? Authorise(
        SipRequest subscribe, McUser user, RequestBodies bodies, Action<McxWarning, string> refuse)
    {
        string own = McIdentity.Normalise(user.McpttId)!;
        if (McIdentity.Normalise(bodies.Info?.RequestUri) is not { } target)
        {
            refuse(McxWarning.InvalidBody, "mcptt-request-uri names neither a user nor a group");
            return null;
        }
        if (target != own && !user.AllowRequestAffiliatedGroups && !MaySeeAffiliated(target, own))
        {
            // Whether there is such a user or group is told to nobody else.
            refuse(McxWarning.FunctionNotAllowed("user authorisation"), $"may not see the affiliations of {target}");
            return null;
        }
        if (context.Organisation.UserByMcpttId(target) is null && context.Organisation.Group(target) is null && !context.State.Regroups.ContainsKey(target))
        {
            refuse(McxWarning.UserUnknown, $"there is no user or group {target}");
            return null;
        }
        return (target, new SubscriberContext());
    }

    public override EventBody? StateOf(EventSubscription subscription, bool full, Instant now)
    {
        string resource = subscription.Resources[0];
        AffiliationState state = context.Organisation.UserByMcpttId(resource) is { } user ? OfUser(user, resource) : OfGroup(resource);
        return new EventBody(Mcx.ContentTypes.Pidf, state.Serialise());
    }

    private bool MaySeeAffiliated(string group, string mcpttId) =>
        context.Organisation.Group(group) is { AllowGettingAffiliationList: true } found && found.Members.ContainsKey(mcpttId);

    private AffiliationState OfUser(McUser user, string mcpttId)
    {
        IEnumerable<AffiliationTuple> tuples = context.State.RegistrationsOf(mcpttId).Select(registration => new AffiliationTuple(
            registration.ClientId,
            [
                .. (context.State.Affiliations.GetValueOrDefault(registration.Id)?.Groups ?? [])
                    .Concat(context.State.RegroupsOf(mcpttId).Where(regroup => regroup.HasMember(mcpttId, registration.ClientId)).Select(regroup => regroup.Id))
                    .Select(group => new AffiliationEntry(group, null, AffiliationState.Affiliated)),
            ]));
        return new AffiliationState
        {
            Entity = user.McpttId,
            Tuples = [.. Bounded(tuples)],
            PublishId = context.State.PublishIds.GetValueOrDefault(mcpttId),
        };
    }

    private AffiliationState OfGroup(string group)
    {
        IEnumerable<(string McpttId, string ClientId)> clients = context.State.Regroups.TryGetValue(group, out PreconfiguredRegroup? regroup)
            ? regroup.Members.Select(member => (member.McpttId, member.ClientId))
            : context.State.AffiliatedTo(group).Select(affiliation => (affiliation.McpttId, affiliation.ClientId));
        IEnumerable<AffiliationTuple> tuples = clients.GroupBy(client => client.McpttId).Select(user => new AffiliationTuple(
            context.Organisation.UserByMcpttId(user.Key)?.McpttId ?? user.Key,
            [.. user.Select(client => new AffiliationEntry(null, client.ClientId, AffiliationState.Affiliated))]));
        return new AffiliationState { Entity = context.Organisation.Group(group)?.Id ?? group, Tuples = [.. Bounded(tuples)] };
    }

    private static IEnumerable<AffiliationTuple> Bounded(IEnumerable<AffiliationTuple> tuples)
    {
        int left = MaxEntries;
        foreach (AffiliationTuple tuple in tuples)
        {
            if (left <= 0)
                yield break;
            yield return tuple.Entries.Count <= left ? tuple : tuple with { Entries = [.. tuple.Entries.Take(left)] };
            left -= tuple.Entries.Count;
        }
    }
}
