namespace MediaEngine.Mcx;

/// <summary>Who and what an MC system knows: its domain, users and groups. Immutable; look-ups take normalised identities.</summary>
public sealed class Organisation
{
    private readonly Dictionary<string, McUser> _usersByMcpttId = [];
    private readonly Dictionary<string, McUser> _usersBySipIdentity = [];
    private readonly Dictionary<string, McGroup> _groups = [];

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
            AddUnique(_groups, group.Id, group, "group identity");
    }

    public string Domain { get; }

    public IReadOnlyCollection<McUser> Users => _usersByMcpttId.Values;

    public IReadOnlyCollection<McGroup> Groups => _groups.Values;

    public McUser? UserByMcpttId(string? identity) => Find(_usersByMcpttId, identity);

    public McUser? UserBySipIdentity(string? identity) => Find(_usersBySipIdentity, identity);

    public McGroup? Group(string? identity) => Find(_groups, identity);

    private static T? Find<T>(Dictionary<string, T> table, string? identity)
        where T : class =>
        McIdentity.Normalise(identity) is { } key ? table.GetValueOrDefault(key) : null;

    private static void AddUnique<T>(Dictionary<string, T> table, string identity, T value, string what)
    {
        string key = McIdentity.Normalise(identity)
            ?? throw new ArgumentException($"{what} '{identity}' is not a sip:, sips: or tel: URI of at most 255 characters.");
        if (!table.TryAdd(key, value))
            throw new ArgumentException($"{what} '{identity}' is there twice.");
    }
}
