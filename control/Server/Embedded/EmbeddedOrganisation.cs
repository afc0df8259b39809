using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MediaEngine.Keys;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>
/// The organisation a server without configuration starts with: two groups, a preconfigured group for regrouping them, five
/// users, a KMS. Keys and passwords are made anew each time, so no two installations share one.
/// </summary>
public sealed class EmbeddedOrganisation : IDisposable
{
    public const string Domain = "mcx.example";
    public const string FireGroup = $"sip:fire-1@{Domain}";
    public const string AmbulanceGroup = $"sip:ambulance-2@{Domain}";
    public const string PreconfiguredGroup = $"sip:major-incident@{Domain}";

    private readonly Dictionary<string, Key> _groupKeys = [];
    private readonly List<User> _users = [];
    private readonly Lazy<KeyAuthority> _kms = new(() => KeyAuthorityFolder.Generate($"kms.{Domain}", Domain, DateTimeOffset.UtcNow, SystemEntropy.Instance));

    public EmbeddedOrganisation()
    {
        foreach (string group in (ReadOnlySpan<string>)[FireGroup, AmbulanceGroup, PreconfiguredGroup])
            _groupKeys[group] = Key.Create(KeyPurpose.GroupMasterKey);
        Add("alice", 1001, FireGroup);
        Add("bob", 1002, FireGroup);
        Add("carol", 1003, AmbulanceGroup);
        Add("dave", 1004, AmbulanceGroup);
        Add("dispatcher", 1000, group: null);
    }

    /// <summary>
    /// No keys in the files: the server makes the groups' keys and clients upload their own. Needs a KMS; without, every key is
    /// configured.
    /// </summary>
    public bool ManagesKeys { get; init; }

    /// <summary>Made on first use.</summary>
    public KeyAuthority Kms => _kms.Value;

    /// <summary>The short names: alice and bob (fire-1), carol and dave (ambulance-2), dispatcher.</summary>
    public IEnumerable<string> UserNames => _users.Select(user => user.Name);

    public static string McpttIdOf(string name) => $"sip:{name}@{Domain}";

    /// <summary>What a profile calls the file of its user's key material.</summary>
    public static string MaterialNameOf(string name) => $"{name}.kms.xml";

    /// <summary>A user's key sets of the previous, current and next key period with the KMS's certificate: secret.</summary>
    public byte[] MaterialOf(string name, DateTimeOffset now)
    {
        using IdentityKeys keys = Kms.IssueIdentity(McpttIdOf(name), now, SystemEntropy.Instance);
        return KmsMaterial.Write(keys);
    }

    public string OrganisationYaml()
    {
        var yaml = new StringBuilder("# Users, groups and keys of this MC system. Keep it readable by the server alone.\nusers:\n");
        foreach (User user in _users)
        {
            Line(yaml, $"  - mcptt-id: {McpttIdOf(user.Name)}");
            Line(yaml, $"    sip-identity: {user.SipIdentity}");
            Line(yaml, $"    password: \"{user.Password}\"");
            if (user.Group is null)
                Line(yaml, $"    allow-regroup: true\n    allow-request-affiliated-groups: true\n    may-manage-keys: true");
            if (user.LeadsGroup)
                Line(yaml, $"    allow-emergency-group-call: true\n    allow-imminent-peril-call: true");
            if (!ManagesKeys)
                AddKey(yaml, "    ", "csk", user.ClientServerKey);
        }
        yaml.Append("groups:\n");
        foreach ((string group, Key key) in _groupKeys)
        {
            Line(yaml, $"  - id: {group}");
            if (group == PreconfiguredGroup)
                Line(yaml, $"    preconfigured-group-use-only: true\n    release-when-initiator-leaves: true");
            Line(yaml, $"    broadcast: allowed\n    allow-conference-state: true\n    allow-getting-affiliation-list: true");
            if (!ManagesKeys)
                AddKey(yaml, "    ", "gmk", key);
            Line(yaml, $"    members:");
            foreach (User user in _users.Where(user => IsMember(user, group)))
                Line(yaml, $"      - mcptt-id: {McpttIdOf(user.Name)}{(user.LeadsGroup ? "\n        may-revoke: true\n        may-cancel-queued: true" : string.Empty)}");
        }
        return yaml.ToString();
    }

    /// <summary>The profile file of one user's client; docs/mcx.md explains it.</summary>
    /// <param name="kms">Where the KMS is served; null leaves the section out.</param>
    public string ProfileYaml(
        string name, IPEndPoint server, SipTransportKind transport, IPAddress local, IPAddress? multicastInterface, Uri? kms = null)
    {
        User user = _users.Find(user => user.Name == name) ?? throw new ArgumentException($"There is no user {name}.", nameof(name));
        var yaml = new StringBuilder("# An MC client of this system. It holds keys: keep it readable by its user alone.\n");
        Line(yaml, $"mcptt-id: {McpttIdOf(name)}");
        Line(yaml, $"sip-user: {user.SipIdentity}");
        Line(yaml, $"password: \"{user.Password}\"");
        Line(yaml, $"client-id: {user.ClientId}");
        Line(yaml, $"server:\n  address: {server.Address}\n  port: {server.Port}\n  transport: {transport.ToString().ToLowerInvariant()}");
        Line(yaml, $"local:\n  address: {local}");
        if (multicastInterface is not null)
            Line(yaml, $"multicast:\n  enabled: true\n  interface: {multicastInterface}");
        if (kms is not null)
            Line(yaml, $"kms:\n  url: {kms.GetLeftPart(UriPartial.Authority)}\n  trusted-certificate: ../{DataFolder.KmsName}/{TlsCertificate.CertificateName}\n  keys: {MaterialNameOf(name)}");
        if (!ManagesKeys)
            AddKey(yaml, string.Empty, "csk", user.ClientServerKey);
        if (user.Group is not null)
            yaml.Append("groups:\n");
        foreach ((string group, Key key) in _groupKeys)
        {
            if (IsMember(user, group))
                Line(yaml, $"  - id: {group}{Configured(key)}{(group == PreconfiguredGroup ? "\n    affiliate: false" : string.Empty)}");
        }
        return yaml.ToString();
    }

    public void Dispose()
    {
        if (_kms.IsValueCreated)
            Kms.Dispose();
    }

    private string Configured(Key key) => ManagesKeys ? string.Empty : $"\n    gmk-id: \"{key.Id}\"\n    gmk: \"{key.Value}\"\n    rand: \"{key.Rand}\"";

    private static bool IsMember(User user, string group) => user.Group is not null && (user.Group == group || group == PreconfiguredGroup);

    private static void AddKey(StringBuilder yaml, string indent, string name, Key key) =>
        Line(yaml, $"{indent}{name}:\n{indent}  id: \"{key.Id}\"\n{indent}  key: \"{key.Value}\"\n{indent}  rand: \"{key.Rand}\"");

    private static void Line(StringBuilder yaml, FormattableString line) =>
        yaml.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Add(string name, int number, string? group) => _users.Add(new User(
        name,
        $"sip:u{number}@{Domain}",
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)),
        $"urn:uuid:{Guid.NewGuid():D}",
        group,
        Key.Create(KeyPurpose.ClientServerKey)));

    private sealed record User(string Name, string SipIdentity, string Password, string ClientId, string? Group, Key ClientServerKey)
    {
        /// <summary>May make emergency calls, and take the floor from others.</summary>
        public bool LeadsGroup => Name is "alice" or "carol";
    }

    private sealed record Key(KeyIdentifier Id, string Value, string Rand)
    {
        private const int Key_bytes = 16;

        public static Key Create(KeyPurpose purpose) => new(
            new KeyIdentifier((uint)purpose << 28 | (uint)RandomNumberGenerator.GetInt32(1 << 28)),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Key_bytes)),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Key_bytes)));

        public override string ToString() => $"Key {Id}";
    }
}
