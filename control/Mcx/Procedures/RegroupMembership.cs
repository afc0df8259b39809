namespace MediaEngine.Mcx;

/// <summary>Who is in a regroup while it is in effect: newly affiliated users join, users without a constituent leave.</summary>
internal sealed class RegroupMembership(McContext context, RegroupNotification notification)
{
    /// <summary>
    /// A member must belong to the preconfigured group: only then does it hold the key of the regroup's media
    /// (TS 33.180 7.3, security of regroup with a preconfigured group).
    /// </summary>
    public static bool MayJoin(McGroup preconfigured, string mcpttId, string regroupId, McxEffects effects)
    {
        if (preconfigured.Members.ContainsKey(mcpttId))
            return true;
        effects.Warn("regroup-member-without-key", regroupId,
            $"{mcpttId} is not a member of the preconfigured group {preconfigured.Id} and was left out");
        return false;
    }

    /// <summary>Adding a newly affiliated user to a regroup in progress (TS 23.280 10.15.3.4.1).</summary>
    /// <returns>True when the client is a member now.</returns>
    public bool Join(PreconfiguredRegroup regroup, string mcpttId, string clientId, McxEffects effects)
    {
        if (regroup.HasMember(mcpttId, clientId))
            return true;
        if (context.Organisation.Group(regroup.PreconfiguredGroup) is not { } preconfigured
            || !MayJoin(preconfigured, mcpttId, regroup.Id, effects))
            return false;
        var member = new RegroupMember { McpttId = mcpttId, ClientId = clientId };
        Update(regroup with { Members = [.. regroup.Members, member] }, mcpttId, effects);
        effects.Log("regroup-member-joined", regroup.Id, mcpttId);
        notification.NotifyFormed(regroup, member, effects);
        return true;
    }

    /// <summary>The client is no longer affiliated to any constituent group (TS 23.280 10.15.3.2.1).</summary>
    public void Leave(PreconfiguredRegroup regroup, string mcpttId, string clientId, McxEffects effects)
    {
        if (!regroup.HasMember(mcpttId, clientId))
            return;
        Update(regroup with { Members = [.. regroup.Members.Where(member => !member.Is(mcpttId, clientId))] }, mcpttId, effects);
        effects.Log("regroup-member-left", regroup.Id, mcpttId);
    }

    private void Update(PreconfiguredRegroup regroup, string mcpttId, McxEffects effects)
    {
        context.State.ChangedAffiliations.Add(regroup.Id);
        context.State.ChangedAffiliations.Add(mcpttId);
        context.State.UpdateMember(regroup, mcpttId);
        effects.Put(regroup);
    }
}
