using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>Reads the organisation file: users, groups, members, authorisations, keys. docs/server.md explains every key.</summary>
public static class OrganisationFile
{
    private const int Key_bytes = 16;
    private const int Rand_bytes = 16;

    /// <exception cref="ConfigurationException">Names file, line, key, reason and way out; never a key's value.</exception>
    public static Organisation Load(string path, string domain)
    {
        YamlSection root = YamlSection.Load(path);
        try
        {
            var profiles = new HashSet<PlainSipProfile>();
            var users = root.Sections("users").Select(section => User(section, profiles)).ToArray();
            var organisation = new Organisation(domain, users, root.Sections("groups").Select(Group).ToArray());
            root.RefuseUnknown();
            if (users.Length == 0)
                throw root.Wrong("users", "is empty; add at least one user");
            // The identifier alone names a key on the wire.
            if (Repeated(organisation.Users.Select(user => user.ClientServerKey?.Id)) is { } csk)
                throw root.Wrong("users", $"has the csk.id {csk} twice; every user needs a CSK of its own");
            if (Repeated(organisation.Groups.Select(group => group.GroupMasterKey?.Id)) is { } gmk)
                throw root.Wrong("groups", $"has the gmk.id {gmk} twice; every group needs a GMK of its own");
            if (Repeated(organisation.Groups.Select(group => group.FloorKey?.Id)) is { } floorKey)
                throw root.Wrong("groups", $"has the floor-key.id {floorKey} twice; every group needs a floor key of its own");
            foreach (McGroup group in organisation.Groups)
            {
                if (group.Members.Keys.FirstOrDefault(member => organisation.UserByMcpttId(member) is null) is { } stranger)
                    throw root.Wrong("groups", $"has the member {stranger} in {group.Id}, who is not among the users");
            }
            foreach (McUser user in organisation.Users)
            {
                if (user.PlainSip?.AffiliatedGroups?.FirstOrDefault(group => organisation.Group(group)?.Members.ContainsKey(McIdentity.Normalise(user.McpttId)!) != true) is { } foreign)
                    throw root.Wrong("users", $"has {foreign} among the affiliate groups of {user.McpttId}, who is not a member of it");
            }
            return organisation;
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }

    /// <param name="profiles">Those so far: telephones that are treated alike share one.</param>
    private static McUser User(YamlSection section, HashSet<PlainSipProfile> profiles)
    {
        YamlSection? csk = section.OptionalSection("csk");
        var user = new McUser
        {
            McpttId = section.Required("mcptt-id", "the MC service user, such as sip:alice@mcx.example"),
            SipIdentity = section.Required("sip-identity", "the address of record the user registers, such as sip:u1001@mcx.example"),
            Password = section.Required("password", "the digest password of the SIP identity"),
            AllowRegroup = section.Boolean("allow-regroup", missing: false),
            MayManageKeys = section.Boolean("may-manage-keys", missing: false),
            AllowEmergencyGroupCall = section.Boolean("allow-emergency-group-call", missing: false),
            AllowImminentPerilCall = section.Boolean("allow-imminent-peril-call", missing: false),
            AllowRequestAffiliatedGroups = section.Boolean("allow-request-affiliated-groups", missing: false),
            AllowLocationInfoWhenTalking = section.Boolean("allow-location-info-when-talking", missing: false),
            MaxAffiliations = section.Integer("max-affiliations", 20, 1, 1000),
            PlainSip = Shared(PlainSipSection.Read(section), profiles),
            ClientServerKey = csk is null ? null : new ClientServerKey(
                Identifier(csk, "id", KeyPurpose.ClientServerKey),
                csk.Octets("key", Key_bytes, "the CSK"),
                csk.Octets("rand", Rand_bytes, "the RAND delivered with the CSK")),
        };
        section.RefuseUnknown();
        csk?.RefuseUnknown();
        return user;
    }

    private static PlainSipProfile? Shared(PlainSipProfile? profile, HashSet<PlainSipProfile> profiles)
    {
        if (profile is null)
            return null;
        if (profiles.TryGetValue(profile, out PlainSipProfile? same))
            return same;
        profiles.Add(profile);
        return profile;
    }

    private static McGroup Group(YamlSection section)
    {
        YamlSection? gmk = section.OptionalSection("gmk");
        var members = new Dictionary<string, GroupMember>(StringComparer.Ordinal);
        foreach (YamlSection entry in section.Sections("members"))
        {
            string mcpttId = entry.Required("mcptt-id", "the member's MCPTT ID");
            string key = McIdentity.Normalise(mcpttId) ?? throw entry.Wrong("mcptt-id", $"'{mcpttId}' is not a URI");
            if (!members.TryAdd(key, new GroupMember
            {
                McpttId = mcpttId,
                UserPriority = (byte)entry.Integer("user-priority", 5, 0, 255),
                ReceiveOnly = entry.Boolean("receive-only", missing: false),
                MayRevoke = entry.Boolean("may-revoke", missing: false),
                MayCancelQueued = entry.Boolean("may-cancel-queued", missing: false),
            }))
                throw entry.Wrong("mcptt-id", $"'{mcpttId}' is listed twice");
            entry.RefuseUnknown();
        }
        var group = new McGroup
        {
            Id = section.Required("id", "the group identity, such as sip:fire-1@mcx.example"),
            PreconfiguredGroupUseOnly = section.Boolean("preconfigured-group-use-only", missing: false),
            Disabled = section.Boolean("disabled", missing: false),
            Multicast = section.Boolean("multicast", missing: true),
            AllowConferenceState = section.Boolean("allow-conference-state", missing: false),
            AllowGettingAffiliationList = section.Boolean("allow-getting-affiliation-list", missing: false),
            ReleaseWhenInitiatorLeaves = section.Boolean("release-when-initiator-leaves", missing: false),
            MaxParticipants = section.Integer("max-participants", 1000, 2, 4096),
            Members = members,
            GroupMasterKey = gmk is null ? null : new GroupMasterKey(
                Identifier(gmk, "id", KeyPurpose.GroupMasterKey),
                gmk.Octets("key", Key_bytes, "the GMK"),
                gmk.Octets("rand", Rand_bytes, "the RAND delivered with the GMK")),
            FloorKey = section.OptionalSection("floor-key") is { } floorKey ? ConfiguredKey.ReadFloorKey(floorKey) : null,
            Broadcast = section.Choice("broadcast", BroadcastCalls.Never),
            FloorPolicy = FloorPolicySection.Read(section.OptionalSection("floor")),
        };
        section.RefuseUnknown();
        gmk?.RefuseUnknown();
        return group;
    }

    private static string? Repeated(IEnumerable<KeyIdentifier?> ids) =>
        ids.Where(id => id is not null).GroupBy(id => id).FirstOrDefault(same => same.Skip(1).Any())?.Key.ToString();

    private static KeyIdentifier Identifier(YamlSection section, string key, KeyPurpose purpose)
    {
        string text = section.Required(key, "8 hex digits, quoted");
        if (!KeyIdentifier.TryParse(text, out KeyIdentifier id))
            throw section.Wrong(key, $"'{text}' is not a key identifier: 8 hex digits, quoted");
        return id.Purpose == purpose
            ? id
            : throw section.Wrong(key, $"'{text}' is not the identifier of a {purpose}: its first hex digit must be {(int)purpose}");
    }
}
