using MediaEngine.Mcx;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

public sealed class OrganisationFileTests : IDisposable
{
    private const string CskValue = "00112233445566778899aabbccddeeff";
    private const string Good = """
        users:
          - mcptt-id: sip:alice@mcx.example
            sip-identity: sip:u1001@mcx.example
            password: "wonder land"
            allow-regroup: true
            max-affiliations: 3
            csk:
              id: "20000001"
              key: "00112233445566778899aabbccddeeff"
              rand: "0f0e0d0c0b0a09080706050403020100"
          - mcptt-id: sip:bob@mcx.example
            sip-identity: sip:u1002@mcx.example
            password: "builder"
            csk:
              id: "20000002"
              key: "10112233445566778899aabbccddeeff"
              rand: "1f0e0d0c0b0a09080706050403020100"
        groups:
          - id: sip:fire-1@mcx.example
            multicast: no
            max-participants: 7
            gmk:
              id: "0000000a"
              key: "20112233445566778899aabbccddeeff"
              rand: "2f0e0d0c0b0a09080706050403020100"
            floor:
              t1-end-of-rtp-media: 0.5
              t4-hang-timer: 30
              queueing: false
            members:
              - mcptt-id: sip:Alice@mcx.example
              - mcptt-id: sip:bob@MCX.example
                user-priority: 9
                receive-only: true
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Users_groups_members_and_keys_are_read()
    {
        // The user part of a URI has case (RFC 3261 19.1.4), its host has none.
        Organisation organisation = Load(Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal));

        McUser alice = organisation.UserBySipIdentity("sip:u1001@MCX.EXAMPLE")!;
        Assert.Equal(("sip:alice@mcx.example", "wonder land", true, 3), (alice.McpttId, alice.Password, alice.AllowRegroup, alice.MaxAffiliations));
        byte[] key = new byte[16];
        alice.ClientServerKey!.CopyKeyTo(key);
        Assert.Equal((CskValue, "20000001"), (Convert.ToHexStringLower(key), alice.ClientServerKey.Id.ToString()));
        Assert.False(organisation.UserByMcpttId("sip:bob@mcx.example")!.AllowRegroup);
        McGroup fire = organisation.Group("sip:fire-1@mcx.example")!;
        Assert.Equal((false, 7, false), (fire.Multicast, fire.MaxParticipants, fire.PreconfiguredGroupUseOnly));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), false), (fire.FloorPolicy.T1, fire.FloorPolicy.T4, fire.FloorPolicy.Queueing));
        GroupMember bob = fire.Members["sip:bob@mcx.example"];
        Assert.Equal((9, true), (bob.UserPriority, bob.ReceiveOnly));
    }

    [Fact]
    public void Telephones_that_are_treated_alike_share_what_is_kept_of_that()
    {
        Organisation organisation = Load("""
            users:
              - {mcptt-id: "sip:a@mcx.example", sip-identity: "sip:1@mcx.example", password: a, client: plain-sip, security: none}
              - {mcptt-id: "sip:b@mcx.example", sip-identity: "sip:2@mcx.example", password: b, client: plain-sip, security: none}
              - {mcptt-id: "sip:c@mcx.example", sip-identity: "sip:3@mcx.example", password: c, client: plain-sip, security: required}
              - {mcptt-id: "sip:d@mcx.example", sip-identity: "sip:4@mcx.example", password: d, client: plain-sip, security: none, affiliate: []}
            """);
        PlainSipProfile?[] profiles = [.. "abcd".Select(user => organisation.UserByMcpttId($"sip:{user}@mcx.example")!.PlainSip)];

        Assert.Same(profiles[0], profiles[1]);
        Assert.Equal([PlainSecurity.None, PlainSecurity.None, PlainSecurity.Required, PlainSecurity.None], profiles.Select(profile => profile!.Security));
        Assert.Null(profiles[0]!.AffiliatedGroups);
        Assert.Empty(profiles[3]!.AffiliatedGroups!);
    }

    [Fact]
    public void A_floor_key_is_a_MuSiK_or_MKFC()
    {
        static string With(string id) => Good.Replace(
            "    multicast: no\n", $"    floor-key: {{id: \"{id}\", key: \"20112233445566778899aabbccddeeff\", rand: \"2f0e0d0c0b0a09080706050403020100\"}}\n", StringComparison.Ordinal);
        string good = Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal);

        Assert.Null(Load(good).Group("sip:fire-1@mcx.example")!.FloorKey);
        foreach (string id in (string[])["60000001", "40000001"])
            Assert.Equal(id, Load(With(id).Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal)).Group("sip:fire-1@mcx.example")!.FloorKey!.Id.ToString());
        Assert.Contains("first hex digit must be 6 or 4", Assert.Throws<ConfigurationException>(() => Load(With("50000001"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_may_be_left_to_the_server()
    {
        string good = Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal);
        int csk = good.IndexOf("    csk:", StringComparison.Ordinal), gmk = good.IndexOf("    gmk:", StringComparison.Ordinal);
        string managed = string.Concat(
            good.AsSpan(0, csk),
            "    may-manage-keys: true\n",
            good.AsSpan()[good.IndexOf("  - mcptt-id: sip:bob", StringComparison.Ordinal)..gmk],
            good.AsSpan(good.IndexOf("    floor:", StringComparison.Ordinal)));

        Organisation organisation = Load(managed);

        Assert.Null(organisation.UserByMcpttId("sip:alice@mcx.example")!.ClientServerKey);
        Assert.NotNull(organisation.UserByMcpttId("sip:bob@mcx.example")!.ClientServerKey);
        Assert.Null(organisation.Group("sip:fire-1@mcx.example")!.GroupMasterKey);
        Assert.Equal(["sip:alice@mcx.example"], organisation.Users.Where(user => user.MayManageKeys).Select(user => user.McpttId));
    }

    [Theory]
    [InlineData("    password: \"builder\"\n", "", 11, "users[1].password", "is missing")]
    [InlineData("allow-regroup: true", "allow-regroup: maybe", 5, "users[0].allow-regroup", "neither true nor false")]
    [InlineData("max-affiliations: 3", "max-affiliations: 0", 6, "users[0].max-affiliations", "1 to 1000")]
    [InlineData("max-affiliations: 3", "max-afiliations: 3", 6, "users[0].max-afiliations", "not a known key")]
    [InlineData("\"20000001\"", "\"00000001\"", 8, "users[0].csk.id", "not the identifier of a ClientServerKey: its first hex digit must be 2")]
    [InlineData("\"0000000a\"", "\"2000000a\"", 23, "groups[0].gmk.id", "first hex digit must be 0")]
    [InlineData("\"20000001\"", "\"2001\"", 8, "users[0].csk.id", "8 hex digits")]
    [InlineData("\"00112233445566778899aabbccddeeff\"", "\"00112233445566778899aabbccddeeffff\"", 9, "users[0].csk.key", "34 characters")]
    [InlineData("\"00112233445566778899aabbccddeeff\"", "\"0011223344556677889Xaabbccddeeff\"", 9, "users[0].csk.key", "other than hex digits")]
    [InlineData("      key: \"20112233445566778899aabbccddeeff\"\n", "", 23, "groups[0].gmk.key", "is missing")]
    [InlineData("t1-end-of-rtp-media: 0.5", "t1-end-of-rtp-media: -1", 27, "groups[0].floor.t1-end-of-rtp-media", "seconds")]
    [InlineData("t4-hang-timer: 30", "t9: 30", 28, "groups[0].floor.t9", "not a known key")]
    [InlineData("user-priority: 9", "user-priority: 256", 33, "groups[0].members[1].user-priority", "0 to 255")]
    [InlineData("sip:bob@MCX.example", "sip:carol@mcx.example", 19, "groups", "sip:carol@mcx.example")]
    [InlineData("sip:bob@MCX.example", "sip:alice@mcx.example", 32, "groups[0].members[1].mcptt-id", "listed twice")]
    [InlineData("sip:bob@MCX.example", "bob", 32, "groups[0].members[1].mcptt-id", "not a URI")]
    [InlineData("\"20000002\"", "\"20000001\"", 2, "users", "the csk.id 20000001 twice")]
    public void An_error_names_file_line_key_and_reason(string part, string instead, int line, string key, string reason)
    {
        string good = Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal);
        Assert.Contains(part, good, StringComparison.Ordinal);

        string message = Refusal(good.Replace(part, instead, StringComparison.Ordinal));

        Assert.StartsWith($"{_folder.File("organisation.yaml")}:{line}: {key} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:bob@mcx.example\n    sip", "sip:alice@mcx.example\n    sip", "is there twice")]
    [InlineData("sip:u1002@", "sip:u1001@", "is there twice")]
    [InlineData("sip:fire-1@mcx.example", "fire-1", "is not a sip:, sips: or tel: URI")]
    [InlineData("sip:fire-1@mcx.example", "urn:fire-1", "is not a sip:, sips: or tel: URI")]
    public void Identities_are_uris_and_unique(string part, string instead, string reason)
    {
        string message = Refusal(Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal).Replace(part, instead, StringComparison.Ordinal));

        Assert.StartsWith(_folder.File("organisation.yaml"), message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users: []\ngroups: []\n")]
    [InlineData("users: sip:alice@mcx.example\n")]
    [InlineData("users:\n  - sip:alice@mcx.example\n")]
    public void An_organisation_has_users(string text)
    {
        Assert.StartsWith($"{_folder.File("organisation.yaml")}:", Refusal(text), StringComparison.Ordinal);
    }

    [Fact]
    public void No_error_repeats_a_key_or_a_password()
    {
        string good = Good.Replace("sip:Alice@", "sip:alice@", StringComparison.Ordinal);
        string[] secrets = [CskValue, "wonder land", "builder", "2f0e0d0c0b0a09080706050403020100"];
        string[] lines = good.Split('\n');
        // Every line in turn is left out, doubled, or loses its last character.
        IEnumerable<string> faulty = Enumerable.Range(0, lines.Length).SelectMany(i => (string[])
        [
            string.Join('\n', lines.Where((_, at) => at != i)),
            string.Join('\n', lines.SelectMany((line, at) => at == i ? (string[])[line, line] : [line])),
            string.Join('\n', lines.Select((line, at) => at == i ? line[..^1] : line)),
            string.Join('\n', lines.Select((line, at) => at == i && line.EndsWith('"') ? line[..^2] + "g\"" : line)),
        ]);
        int refused = 0;
        foreach (string text in faulty)
        {
            try
            {
                Load(text);
            }
            catch (ConfigurationException e)
            {
                refused++;
                Assert.DoesNotContain(secrets, secret => e.Message.Contains(secret[..^2], StringComparison.Ordinal));
            }
        }
        Assert.InRange(refused, 60, 4 * lines.Length);
    }

    private string Refusal(string text) => Assert.Throws<ConfigurationException>(() => Load(text)).Message;

    private Organisation Load(string text) => OrganisationFile.Load(_folder.Write("organisation.yaml", text), "mcx.example");
}
