using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The live state of one MC system, owned by its control loop. Keys are normalised identities.</summary>
internal sealed class McState
{
    private readonly Dictionary<string, Affiliation> _affiliations = [];
    private readonly Dictionary<string, Dictionary<string, Affiliation>> _affiliationsToGroup = [];
    private readonly Dictionary<string, PreconfiguredRegroup> _regroups = [];
    private readonly Dictionary<string, HashSet<string>> _regroupsOfUser = [];

    public McState(DurableState durable)
    {
        foreach (Registration registration in durable.Registrations)
            Registrations.Restore(registration);
        foreach (Affiliation affiliation in durable.Affiliations)
            Set(affiliation);
        foreach (PreconfiguredRegroup regroup in durable.Regroups)
            AddRegroup(regroup);
    }

    public RegistrationTable Registrations { get; } = new();

    public IReadOnlyDictionary<string, Affiliation> Affiliations => _affiliations;

    public IReadOnlyDictionary<string, PreconfiguredRegroup> Regroups => _regroups;

    /// <summary>Which group regroup a constituent group is in: at most one.</summary>
    public Dictionary<string, string> RegroupOfConstituent { get; } = [];

    public Dictionary<string, GroupCall> CallsByGroup { get; } = [];

    public Dictionary<ulong, GroupCall> CallsByNumber { get; } = [];

    public Dictionary<string, CallLeg> LegsByDialog { get; } = [];

    public Dictionary<SipTransactionId, CallLeg> LegsByInvite { get; } = [];

    /// <summary>Service settings by client.</summary>
    public Dictionary<string, ServiceSettings> Settings { get; } = [];

    /// <summary>The p-id of each user's last affiliation document.</summary>
    public Dictionary<string, string> PublishIds { get; } = [];

    /// <summary>Users and groups whose affiliations changed since their subscribers were told.</summary>
    public HashSet<string> ChangedAffiliations { get; } = [];

    /// <summary>Users whose service settings did.</summary>
    public HashSet<string> ChangedSettings { get; } = [];

    /// <summary>Calls whose roster did.</summary>
    public HashSet<GroupCall> ChangedRosters { get; } = [];

    /// <summary>Who subscribed, by the subscription's dialog.</summary>
    public Dictionary<string, McUser> SubscribersByDialog { get; } = [];

    /// <summary>Who is at the other end of the dialog; null when there is none.</summary>
    public McUser? UserOfDialog(string dialogId) => LegsByDialog.GetValueOrDefault(dialogId)?.User ?? SubscribersByDialog.GetValueOrDefault(dialogId);

    public static string ClientKey(string mcpttId, string clientId) => $"{mcpttId} {clientId}";

    /// <summary>In place of what the client was affiliated to before.</summary>
    public void Set(Affiliation affiliation)
    {
        RemoveAffiliation(affiliation.Id);
        _affiliations[affiliation.Id] = affiliation;
        foreach (string group in affiliation.Groups)
        {
            if (!_affiliationsToGroup.TryGetValue(group, out Dictionary<string, Affiliation>? clients))
                _affiliationsToGroup[group] = clients = [];
            clients[affiliation.Id] = affiliation;
        }
    }

    public void RemoveAffiliation(string client)
    {
        if (!_affiliations.Remove(client, out Affiliation? affiliation))
            return;
        foreach (string group in affiliation.Groups)
            _affiliationsToGroup[group].Remove(client);
    }

    public void AddRegroup(PreconfiguredRegroup regroup)
    {
        _regroups[regroup.Id] = regroup;
        foreach (string group in regroup.Groups)
            RegroupOfConstituent[group] = regroup.Id;
        foreach (string mcpttId in regroup.Users.Concat(regroup.Members.Select(member => member.McpttId)))
            AddUser(regroup.Id, mcpttId);
        NoteMembers(regroup);
    }

    public void RemoveRegroup(PreconfiguredRegroup regroup)
    {
        _regroups.Remove(regroup.Id);
        foreach (string group in regroup.Groups)
            RegroupOfConstituent.Remove(group);
        foreach (string mcpttId in regroup.Users.Concat(regroup.Members.Select(member => member.McpttId)))
            RemoveUser(regroup.Id, mcpttId);
        NoteMembers(regroup);
    }

    /// <summary>The regroup has changed in nothing but who of its members acknowledged it.</summary>
    public void UpdateReceipts(PreconfiguredRegroup regroup) => _regroups[regroup.Id] = regroup;

    /// <summary>The regroup has changed in nothing but one of its members, who joined or left.</summary>
    public void UpdateMember(PreconfiguredRegroup regroup, string mcpttId)
    {
        _regroups[regroup.Id] = regroup;
        if (regroup.Users.Contains(mcpttId) || regroup.Members.Any(member => member.McpttId == mcpttId))
            AddUser(regroup.Id, mcpttId);
        else
            RemoveUser(regroup.Id, mcpttId);
    }

    /// <summary>Every client affiliated to the group.</summary>
    public IReadOnlyCollection<Affiliation> AffiliatedTo(string group) =>
        _affiliationsToGroup.TryGetValue(group, out Dictionary<string, Affiliation>? clients) ? clients.Values : [];

    public IReadOnlyList<Registration> RegistrationsOf(string mcpttId) => Registrations.Of(mcpttId);

    /// <summary>The regroups that name the user, or have a client of the user as a member.</summary>
    public IReadOnlyList<PreconfiguredRegroup> RegroupsOf(string mcpttId) =>
        _regroupsOfUser.TryGetValue(mcpttId, out HashSet<string>? regroups) ? [.. regroups.Select(id => _regroups[id])] : [];

    private void NoteMembers(PreconfiguredRegroup regroup)
    {
        ChangedAffiliations.Add(regroup.Id);
        foreach (RegroupMember member in regroup.Members)
            ChangedAffiliations.Add(member.McpttId);
    }

    private void AddUser(string regroup, string mcpttId)
    {
        if (!_regroupsOfUser.TryGetValue(mcpttId, out HashSet<string>? regroups))
            _regroupsOfUser[mcpttId] = regroups = [];
        regroups.Add(regroup);
    }

    private void RemoveUser(string regroup, string mcpttId)
    {
        if (_regroupsOfUser.TryGetValue(mcpttId, out HashSet<string>? regroups) && regroups.Remove(regroup) && regroups.Count == 0)
            _regroupsOfUser.Remove(mcpttId);
    }
}
