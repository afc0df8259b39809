using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Tells members that a regroup was formed or cancelled (TS 23.280 10.15.2.2, 10.15.2.8; TS 24.379 16.2.2). A member that
/// cannot be reached stays a member and is told when it registers again.
/// </summary>
internal sealed class RegroupNotification(McContext context)
{
    /// <summary>Preconfigured regroup request, server to client.</summary>
    public void NotifyFormed(PreconfiguredRegroup regroup, RegroupMember member, McxEffects effects) =>
        Notify(regroup, member, RegroupAction.Create, effects);

    /// <summary>Preconfigured regroup cancel request, server to client.</summary>
    public void NotifyCancelled(PreconfiguredRegroup regroup, RegroupMember member, McxEffects effects) =>
        Notify(regroup, member, RegroupAction.Remove, effects);

    /// <summary>Tells a client of every regroup it is a member of: it may have missed the notice.</summary>
    public void NotifyAllOf(string mcpttId, string clientId, McxEffects effects)
    {
        foreach (PreconfiguredRegroup regroup in context.State.Regroups.Values)
        {
            if (regroup.Members.FirstOrDefault(member => member.McpttId == mcpttId && member.ClientId == clientId) is { } member)
                NotifyFormed(regroup, member, effects);
        }
    }

    private void Notify(PreconfiguredRegroup regroup, RegroupMember member, RegroupAction action, McxEffects effects)
    {
        if (!context.State.Registrations.TryGetValue(McState.ClientKey(member.McpttId, member.ClientId), out Registration? registration))
        {
            effects.Log("regroup-notice-postponed", regroup.Id, $"{member.McpttId} is not registered");
            return;
        }
        SipRequest message = context.NewRequest("MESSAGE", registration.Contact, registration.McpttId);
        var info = new McpttInfo
        {
            RequestUri = member.McpttId,
            CallingUserId = action == RegroupAction.Create ? regroup.Owner : null,
        };
        var body = new RegroupBody
        {
            Action = action,
            PreconfiguredGroup = action == RegroupAction.Create ? regroup.PreconfiguredGroup : null,
            RegroupUri = regroup.Id,
            Groups = action == RegroupAction.Create ? regroup.Groups : [],
            Users = action == RegroupAction.Create ? regroup.Users : [],
        };
        McContext.SetBody(message,
            new MimePart(ContentTypes.McpttInfo, info.Serialise()),
            new MimePart(ContentTypes.McpttRegroup, body.Serialise()));
        long token = context.Track(new Notice(context, regroup.Id, member, action));
        effects.Send(token, message, context.DestinationOf(registration));
    }

    private sealed class Notice(McContext context, string regroupId, RegroupMember member, RegroupAction action) : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (response.Status < 200)
                return;
            if (response.Status >= 300)
                Fail($"answered {response.Status} {response.Reason}", now, effects);
            else if (action == RegroupAction.Create)
                Acknowledge(effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects) =>
            effects.Warn("regroup-notice-failed", regroupId, $"{member.McpttId}: {reason}; it is told again when it registers");

        // The member may have left, or the regroup may be gone, while the notice was on its way.
        private void Acknowledge(McxEffects effects)
        {
            if (!context.State.Regroups.TryGetValue(regroupId, out PreconfiguredRegroup? regroup)
                || !regroup.Members.Any(other => other.McpttId == member.McpttId && other.ClientId == member.ClientId && !other.Acknowledged))
                return;
            PreconfiguredRegroup updated = regroup with
            {
                Members = [.. regroup.Members.Select(other => other.McpttId == member.McpttId && other.ClientId == member.ClientId
                    ? other with { Acknowledged = true }
                    : other)],
            };
            context.State.Regroups[regroupId] = updated;
            effects.Put(updated);
            effects.Log("regroup-notice-acknowledged", regroupId, member.McpttId);
        }
    }
}
