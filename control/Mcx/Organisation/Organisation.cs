using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Who and what an MC system knows: its domain, users and groups. Immutable; look-ups take normalised identities.</summary>
public sealed class Organisation
{
    private readonly Dictionary<string, McUser> _usersByMcpttId = [];
    private readonly Dictionary<string, McUser> _usersBySipIdentity = [];
    private readonly Dictionary<string, McGroup> _groups = [];
    private readonly Dictionary<string, List<McGroup>> _groupsOfMember = [];

    /// <exception cref="ArgumentException">An identity is not a URI, or is there twice.</exception>
    public Organisation(string domain, IEnumerable<McUser> users, IEnumerable<McGroup> groups)
    {
        Domain = domain;
        foreach (McUser user in users)
        {
            AddUnique(_usersByMcpttId, user.McpttId, user, "MCPTT ID");
            AddUnique(_usersBySipIdentity, user.SipIdentity, user, "SIP identity");
        }
        foreach (McGroup group in groups)
        {
            AddUnique(_groups, group.Id, group, "group identity");
            foreach (string member in group.Members.Keys)
            {
                if (!_groupsOfMember.TryGetValue(member, out List<McGroup>? ofMember))
                    _groupsOfMember[member] = ofMember = [];
                ofMember.Add(group);
            }
        }
    }

    public string Domain { get; }

    public IReadOnlyCollection<McUser> Users => _usersByMcpttId.Values;

    public IReadOnlyCollection<McGroup> Groups => _groups.Values;

    /// <summary>The user's normalised MCPTT ID.</summary>
    public string IdentityOf(McUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _usersByMcpttId.ContainsKey(user.McpttId) ? user.McpttId : McIdentity.Normalise(user.McpttId)!;
    }

    public McUser? UserByMcpttId(string? identity) => Find(_usersByMcpttId, identity);

    public McUser? UserBySipIdentity(string? identity) => Find(_usersBySipIdentity, identity);

    /// <param name="address">The value of a From, To or P-Preferred-Identity header.</param>
    public McUser? UserBySipAddress(string? address)
    {
        // As in Find: almost always an identity in angle brackets, and nothing before it.
        if (address is ['<', ..] && address.IndexOf('>', StringComparison.Ordinal) is > 0 and var end
            && (end == address.Length - 1 || address[end + 1] == ';')
            && _usersBySipIdentity.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(address.AsSpan(1, end - 1), out McUser? user))
            return user;
        return NameAddress.TryParse(address, out NameAddress? parsed) ? _usersBySipIdentity.GetValueOrDefault(parsed.Uri.AddressOfRecord) : null;
    }

    public McGroup? Group(string? identity) => Find(_groups, identity);

    /// <summary>The groups that the user is a member of, in the order of the organisation.</summary>
    /// <param name="mcpttId">Normalised.</param>
    public IReadOnlyList<McGroup> GroupsOf(string mcpttId) => _groupsOfMember.GetValueOrDefault(mcpttId) ?? [];

    // What is normalised already, as almost always, is found without reading it as a URI.
    private static T? Find<T>(Dictionary<string, T> table, string? identity)
        where T : class =>
        identity is null ? null
        : table.GetValueOrDefault(identity) ?? (McIdentity.Normalise(identity) is { } key ? table.GetValueOrDefault(key) : null);

    private static void AddUnique<T>(Dictionary<string, T> table, string identity, T value, string what)
    {
        string key = McIdentity.Normalise(identity)
            ?? throw new ArgumentException($"{what} '{identity}' is not a sip:, sips: or tel: URI of at most 255 characters.");
        if (!table.TryAdd(key, value))
            throw new ArgumentException($"{what} '{identity}' is there twice.");
    }
}
