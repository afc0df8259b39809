using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Tells members that a regroup was formed or cancelled (TS 23.280 10.15.2.2, 10.15.2.8; TS 24.379 16.2.2). A member that
/// cannot be reached stays a member and is told when it registers again.
/// </summary>
/// <remarks>
/// Notices are transactions of their own and may overtake each other: a repeated copy of an earlier one may come after the
/// later one. So when a notice ends and one that says the opposite was sent since, that one is sent once more.
/// </remarks>
internal sealed class RegroupNotification(McContext context)
{
    private readonly Dictionary<(string Regroup, string Client), Notices> _underWay = [];
    private readonly Dictionary<string, HashSet<(string McpttId, string ClientId)>> _acknowledged = [];

    /// <summary>Preconfigured regroup request, server to client.</summary>
    public void NotifyFormed(PreconfiguredRegroup regroup, RegroupMember member, McxEffects effects) =>
        Notify(regroup, member, RegroupAction.Create, effects);

    /// <summary>Preconfigured regroup cancel request, server to client.</summary>
    public void NotifyCancelled(PreconfiguredRegroup regroup, RegroupMember member, McxEffects effects) =>
        Notify(regroup, member, RegroupAction.Remove, effects);

    /// <summary>Tells a client of every regroup it is a member of: it may have missed the notice.</summary>
    public void NotifyAllOf(string mcpttId, string clientId, McxEffects effects)
    {
        foreach (PreconfiguredRegroup regroup in context.State.RegroupsOf(mcpttId))
        {
            if (regroup.MemberOf(mcpttId, clientId) is { } member)
                NotifyFormed(regroup, member, effects);
        }
    }

    private void Notify(PreconfiguredRegroup regroup, RegroupMember member, RegroupAction action, McxEffects effects)
    {
        // A telephone would not understand it: it is called, and whichever of the groups it calls is the regroup.
        if (context.Organisation.UserByMcpttId(member.McpttId)?.PlainSip is not null)
            return;
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
        var notice = new Notice(this, regroup, member, action);
        (string, string) key = (regroup.Id, McState.ClientKey(member.McpttId, member.ClientId));
        if (!_underWay.TryGetValue(key, out Notices? notices))
            _underWay[key] = notices = new Notices();
        notices.Count++;
        notices.Latest = notice;
        context.SendTo(registration, message, notice, effects);
    }

    /// <summary>Somebody acknowledged since <see cref="Record"/>.</summary>
    public bool HasReceipts => _acknowledged.Count > 0;

    /// <summary>Records who acknowledged since: once in a batch, since a regroup is one record and may have thousands of members.</summary>
    public void Record(McxEffects effects)
    {
        foreach ((string id, HashSet<(string, string)> clients) in _acknowledged)
        {
            // The regroup may be gone, and members may have left it, while their notices were on their way.
            if (!context.State.Regroups.TryGetValue(id, out PreconfiguredRegroup? current))
                continue;
            PreconfiguredRegroup updated = current with
            {
                Members = [.. current.Members.Select(member => clients.Contains((member.McpttId, member.ClientId)) ? member with { Acknowledged = true } : member)],
            };
            context.State.UpdateReceipts(updated);
            effects.Put(updated);
        }
        _acknowledged.Clear();
    }

    private void Acknowledged(PreconfiguredRegroup regroup, RegroupMember member)
    {
        if (!_acknowledged.TryGetValue(regroup.Id, out HashSet<(string, string)>? clients))
            _acknowledged[regroup.Id] = clients = [];
        clients.Add((member.McpttId, member.ClientId));
    }

    private void Ended(Notice notice, McxEffects effects)
    {
        (string, string) key = (notice.Regroup.Id, McState.ClientKey(notice.Member.McpttId, notice.Member.ClientId));
        Notices notices = _underWay[key];
        if (--notices.Count == 0)
            _underWay.Remove(key);
        if (notices.Latest is { } latest && latest.Action != notice.Action)
            Notify(latest.Regroup, latest.Member, latest.Action, effects);
    }

    /// <summary>The notices to one client about one regroup that are not answered.</summary>
    private sealed class Notices
    {
        public int Count { get; set; }

        public Notice? Latest { get; set; }
    }

    private sealed class Notice(RegroupNotification notification, PreconfiguredRegroup regroup, RegroupMember member, RegroupAction action)
        : PendingRequest
    {
        public PreconfiguredRegroup Regroup => regroup;

        public RegroupMember Member => member;

        public RegroupAction Action => action;

        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (response.Status < 200)
                return;
            if (response.Status >= 300)
            {
                Fail($"answered {response.Status} {response.Reason}", now, effects);
                return;
            }
            if (action == RegroupAction.Create)
            {
                notification.Acknowledged(regroup, member);
                effects.Log("regroup-notice-acknowledged", regroup.Id, member.McpttId);
            }
            notification.Ended(this, effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects)
        {
            effects.Warn("regroup-notice-failed", regroup.Id, $"{member.McpttId}: {reason}; it is told again when it registers");
            notification.Ended(this, effects);
        }
    }
}
