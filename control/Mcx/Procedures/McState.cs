using System.Diagnostics.CodeAnalysis;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The live state of one MC system, owned by its control loop. Keys are normalised identities.</summary>
internal sealed class McState
{
    private readonly Dictionary<string, string> _registrationOfUdpSource = [];
    private readonly Dictionary<string, Registration> _registrations = [];

    public McState(DurableState durable)
    {
        foreach (Registration registration in durable.Registrations)
        {
            Set(registration);
            RestoredRegistrations.Add(registration.Id);
        }
        foreach (Affiliation affiliation in durable.Affiliations)
            Affiliations[affiliation.Id] = affiliation;
        foreach (PreconfiguredRegroup regroup in durable.Regroups)
            AddRegroup(regroup);
    }

    public IReadOnlyDictionary<string, Registration> Registrations => _registrations;

    /// <summary>Registrations that came from the store and were not refreshed since: their clients may have missed notices.</summary>
    public HashSet<string> RestoredRegistrations { get; } = [];

    /// <summary>The connection a registered client is reached over, while it is open.</summary>
    public Dictionary<string, SipFlow> Flows { get; } = [];

    public Dictionary<string, Affiliation> Affiliations { get; } = [];

    public Dictionary<string, PreconfiguredRegroup> Regroups { get; } = [];

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

    public static string ClientKey(string mcpttId, string clientId) => $"{mcpttId} {clientId}";

    public void Set(Registration registration)
    {
        Remove(registration.Id, out _);
        _registrations[registration.Id] = registration;
        if (registration.Transport == SipTransportKind.Udp)
            _registrationOfUdpSource[registration.Source] = registration.Id;
    }

    public bool Remove(string id, [NotNullWhen(true)] out Registration? registration)
    {
        if (!_registrations.Remove(id, out registration))
            return false;
        if (_registrationOfUdpSource.GetValueOrDefault(registration.Source) == id)
            _registrationOfUdpSource.Remove(registration.Source);
        return true;
    }

    /// <summary>The MCPTT ID whose client registered from this UDP address, or null.</summary>
    public string? UserOfUdpSource(string source) =>
        _registrationOfUdpSource.TryGetValue(source, out string? id) ? _registrations[id].McpttId : null;

    public void AddRegroup(PreconfiguredRegroup regroup)
    {
        Regroups[regroup.Id] = regroup;
        foreach (string group in regroup.Groups)
            RegroupOfConstituent[group] = regroup.Id;
        NoteMembers(regroup);
    }

    public void RemoveRegroup(PreconfiguredRegroup regroup)
    {
        Regroups.Remove(regroup.Id);
        foreach (string group in regroup.Groups)
            RegroupOfConstituent.Remove(group);
        NoteMembers(regroup);
    }

    private void NoteMembers(PreconfiguredRegroup regroup)
    {
        ChangedAffiliations.Add(regroup.Id);
        foreach (RegroupMember member in regroup.Members)
            ChangedAffiliations.Add(member.McpttId);
    }

    /// <summary>Every client affiliated to the group.</summary>
    public IEnumerable<Affiliation> AffiliatedTo(string group) =>
        Affiliations.Values.Where(affiliation => affiliation.Groups.Contains(group));

    public IEnumerable<Registration> RegistrationsOf(string mcpttId) =>
        Registrations.Values.Where(registration => registration.McpttId == mcpttId);
}
