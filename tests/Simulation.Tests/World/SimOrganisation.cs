using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// Five users in three groups and a dispatcher; a preconfigured group over all users but one. The server manages the keys of
/// two groups, some clients upload their CSKs; the others' are configured.
/// </summary>
internal static class SimOrganisation
{
    public const string Domain = "mcx.example";
    public const string ServerUri = "sip:mcptt@mcx.example";
    public const string Fire = "sip:fire-1@mcx.example";
    public const string Ambulance = "sip:ambulance-2@mcx.example";
    public const string GmsUri = "sip:gms@mcx.example";
    public const string Police = "sip:police-3@mcx.example";
    public const string Preconfigured = "sip:major-incident@mcx.example";
    public const string Regroup = "sip:incident-42@mcx.example";

    public static readonly string[] Names = ["alice", "bob", "carol", "dave", "erin", "dispatcher"];

    public static readonly IPEndPoint ServerSip = new(IPAddress.Parse("10.0.0.1"), 5060);
    public static readonly IPEndPoint ServerAudio = new(ServerSip.Address, 40_000);
    public static readonly IPEndPoint ServerFloor = new(ServerSip.Address, 40_002);

    public static readonly MulticastOptions Bearer = new()
    {
        First = IPAddress.Parse("239.1.0.1"),
        Count = 4,
        MediaPort = 50_000,
        FloorPort = 50_002,
        GeneralPurpose = IPEndPoint.Parse("239.1.0.1:50004"),
        TimeToLive = 1,
        Tmgi = Tmgi.TryParse("00000100f110", out Tmgi? tmgi) ? tmgi : throw new InvalidOperationException(),
        MinimumListeners = 1,
    };

    private static readonly (string Group, string[] Members)[] Groups =
    [
        (Fire, ["alice", "bob", "erin"]),
        (Ambulance, ["carol", "dave"]),
        (Police, ["dave", "erin"]),
        (Preconfigured, ["alice", "bob", "carol", "dave"]),
    ];

    public static Organisation Create() => new(
        Domain,
        Names.Select((name, i) => new McUser
        {
            McpttId = McpttId(name),
            SipIdentity = SipIdentity(name),
            Password = Password(name),
            ClientServerKey = UploadsKey(name) ? null : NewClientServerKey(i),
            AllowRegroup = name == "dispatcher",
            MayManageKeys = name == "dispatcher",
        }),
        Groups.Select((group, i) => new McGroup
        {
            Id = group.Group,
            GroupMasterKey = IsManaged(group.Group) ? null : NewGroupKey(i),
            Members = group.Members.ToDictionary(McpttId, name => new GroupMember { McpttId = McpttId(name), UserPriority = Priority(name) }),
            PreconfiguredGroupUseOnly = group.Group == Preconfigured,
        }));

    public static string McpttId(string name) => $"sip:{name}@{Domain}";

    public static string SipIdentity(string name) => $"sip:u-{name}@{Domain}";

    public static string Password(string name) => $"secret of {name}";

    public static string ClientId(string name) => $"urn:uuid:00000000-0000-0000-0000-{Array.IndexOf(Names, name) + 1:d12}";

    /// <summary>Alike but for one, whose requests pre-empt.</summary>
    public static byte Priority(string name) => name == "carol" ? (byte)9 : (byte)5;

    public static string[] GroupsOf(string name) =>
        [.. Groups.Where(group => group.Group != Preconfigured && group.Members.Contains(name)).Select(group => group.Group)];

    public static bool IsMemberOf(string group, string name) => Groups.Any(entry => entry.Group == group && entry.Members.Contains(name));

    public static bool IsManaged(string group) => group is Fire or Preconfigured;

    public static bool UploadsKey(string name) => name is "alice" or "bob" or "carol";

    public static IEnumerable<string> ManagedGroupsOf(string name) =>
        Groups.Where(group => IsManaged(group.Group) && group.Members.Contains(name)).Select(group => group.Group);

    public static IEnumerable<string> ConfiguredGroupsOf(string name) =>
        Groups.Where(group => !IsManaged(group.Group) && group.Members.Contains(name)).Select(group => group.Group);

    public static GroupMasterKey NewGroupKey(string group) => NewGroupKey(Array.FindIndex(Groups, entry => entry.Group == group));

    public static ClientServerKey NewClientServerKey(string name) => NewClientServerKey(Array.IndexOf(Names, name));

    private static GroupMasterKey NewGroupKey(int number) =>
        new(new KeyIdentifier(0x0000_0100 + (uint)number), Octets(number + 1), Octets(number + 101));

    private static ClientServerKey NewClientServerKey(int number) =>
        new(new KeyIdentifier(0x2000_0000 + (uint)number), Octets(number + 201), Octets(number + 301));

    private static byte[] Octets(int seed)
    {
        byte[] octets = new byte[16];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}
