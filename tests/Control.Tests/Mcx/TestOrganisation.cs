using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Two groups of two, a preconfigured group over all four, a dispatcher in none.</summary>
internal static class TestOrganisation
{
    public const string Domain = "mcx.example";
    public const string Fire = "sip:fire-1@mcx.example";
    public const string Ambulance = "sip:ambulance-2@mcx.example";
    public const string Preconfigured = "sip:major-incident@mcx.example";
    public const string Police = "sip:police-3@mcx.example";

    public static Organisation Create() => new(Domain, Users, Groups);

    /// <summary>The server manages the GMKs of Fire and the preconfigured group; clients upload CSKs.</summary>
    /// <param name="leaver">Who is not, or no longer, in Fire.</param>
    public static Organisation CreateManaged(string? leaver = null) => new(
        Domain,
        Users.Select(user => user with { ClientServerKey = null, MayManageKeys = user.AllowRegroup }),
        Groups.Select(group => group.Id switch
        {
            Fire => group with { GroupMasterKey = null, Members = group.Members.Where(member => leaver is null || member.Key != Id(leaver)).ToDictionary() },
            Preconfigured => group with { GroupMasterKey = null },
            _ => group,
        }));

    private static McUser[] Users => [User("alice"), User("bob"), User("carol"), User("dave"), User("erin"), User("dispatcher") with { AllowRegroup = true, AllowRequestAffiliatedGroups = true }];

    private static McGroup[] Groups =>
    [
        Group(Fire, 1, "alice", "bob", "erin") with { AllowConferenceState = true },
        Group(Ambulance, 2, "carol", "dave") with { AllowGettingAffiliationList = true },
        Group(Police, 3, "erin"),
        Group(Preconfigured, 4, "alice", "bob", "carol", "dave") with { PreconfiguredGroupUseOnly = true, ReleaseWhenInitiatorLeaves = true, AllowConferenceState = true },
    ];

    public static string Id(string name) => $"sip:{name}@{Domain}";

    private static McUser User(string name) => new()
    {
        McpttId = Id(name),
        SipIdentity = $"sip:u-{name}@{Domain}",
        Password = $"secret of {name}",
        ClientServerKey = new ClientServerKey(new KeyIdentifier(0x2000_0000u + (uint)name.Length), new byte[16], new byte[16]),
    };

    private static McGroup Group(string id, uint number, params string[] members) => new()
    {
        Id = id,
        GroupMasterKey = new GroupMasterKey(new KeyIdentifier(number), new byte[16], new byte[16]),
        Members = members.ToDictionary(Id, name => new GroupMember { McpttId = Id(name) }),
    };
}
