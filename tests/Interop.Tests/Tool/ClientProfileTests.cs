using MediaEngine.Keys;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class ClientProfileTests
{
    private const string Good = """
        mcptt-id: sip:alice@mcx.example
        sip-user: sip:u1001@mcx.example
        password: secret
        client-id: urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001
        server:
          address: 192.0.2.1
          transport: udp
        local:
          address: 192.0.2.10
        multicast:
          interface: 192.0.2.11
        csk:
          id: "20000001"
          key: "000102030405060708090a0b0c0d0e0f"
          rand: "101112131415161718191a1b1c1d1e1f"
        groups:
          - id: sip:fire@mcx.example
            gmk-id: "00000001"
            gmk: "202122232425262728292a2b2c2d2e2f"
            rand: "303132333435363738393a3b3c3d3e3f"
          - id: sip:major@mcx.example
            gmk-id: "00000002"
            gmk: "202122232425262728292a2b2c2d2e2f"
            rand: "303132333435363738393a3b3c3d3e3f"
            affiliate: false
        """;

    [Fact]
    public void A_profile_is_read_with_its_defaults()
    {
        using ClientProfile profile = ClientProfileReader.Parse(Good, "alice.yaml");
        Assert.Equal("sip:alice@mcx.example", profile.McpttId);
        Assert.Equal(("u1001", "mcx.example", "sip:mcptt@mcx.example"), (profile.AuthenticationUser, profile.Realm, profile.ServerUri));
        Assert.Equal("192.0.2.1:5060", profile.Server.ToString());
        Assert.Equal(SipTransportKind.Udp, profile.Transport);
        Assert.Equal("192.0.2.11", profile.MulticastInterface!.ToString());
        Assert.Equal(new KeyIdentifier(0x20000001), profile.ClientServerKey!.Id);
        Assert.Equal(new KeyIdentifier(1), profile.KeyOf("sip:fire@MCX.example")!.Id);
        Assert.Null(profile.KeyOf("sip:rail@mcx.example"));
        Assert.Equal([true, false], profile.Groups.Select(group => group.Affiliate));
    }

    [Theory]
    [InlineData("60000001")]
    [InlineData("40000001")]
    public void Keys_for_multicast_are_read(string floorKey)
    {
        const string octets = "key: \"202122232425262728292a2b2c2d2e2f\", rand: \"303132333435363738393a3b3c3d3e3f\"}";
        string text = Good.Replace("interface: 192.0.2.11", $"interface: 192.0.2.11\n  mscck: {{id: \"50000001\", {octets}", StringComparison.Ordinal)
            .Replace("affiliate: false", $"affiliate: false\n    floor-key: {{id: \"{floorKey}\", {octets}", StringComparison.Ordinal);
        using ClientProfile profile = ClientProfileReader.Parse(text, "alice.yaml");
        Assert.Equal("50000001", profile.BearerKey!.Id.ToString());
        Assert.Equal([null, floorKey], profile.Groups.Select(group => group.FloorKey?.Id.ToString()));

        ToolException error = Assert.Throws<ToolException>(() => ClientProfileReader.Parse(text.Replace(floorKey, "50000002", StringComparison.Ordinal), "alice.yaml"));
        Assert.Contains("groups[1].floor-key.id '50000002' is not the identifier of a MuSiK or MKFC", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_without_a_key_is_one_whose_keys_are_delivered()
    {
        using ClientProfile profile = ClientProfileReader.Parse(Good + "\n  - id: sip:rail@mcx.example", "alice.yaml");
        Assert.Null(profile.KeyOf("sip:rail@mcx.example"));
        Assert.Equal("sip:rail@mcx.example", profile.Groups[^1].Id);
    }

    [Theory]
    [InlineData("gmk-id: \"00000001\"", "affiliate: true", "groups[0].gmk-id is missing")]
    [InlineData("gmk: \"202122232425262728292a2b2c2d2e2f\"\n    rand: \"303132333435363738393a3b3c3d3e3f\"\n  - id: sip:major", "affiliate: true\n  - id: sip:major", "groups[0].gmk is missing")]
    [InlineData("password: secret", "", "alice.yaml:1: password is missing")]
    [InlineData("transport: udp", "transport: sctp", "alice.yaml:7: server.transport 'sctp' is neither tcp, udp nor tls")]
    [InlineData("transport: udp", "port: 70000", "alice.yaml:7: server.port '70000' is not a number from 1 to 65535")]
    [InlineData("address: 192.0.2.10", "address: 0.0.0.0", "local.address 0.0.0.0 cannot be told to the server")]
    [InlineData("address: 192.0.2.10", "address: \"::1\"", "local.address ::1 is not of the address family")]
    [InlineData("id: \"20000001\"", "id: \"00000001\"", "csk.id '00000001' is not the CSK-ID: its first hex digit must be 2")]
    [InlineData("id: \"20000001\"", "id: \"2000\"", "csk.id '2000' is not the CSK-ID: 8 hex digits")]
    [InlineData("mcptt-id: sip:alice@mcx.example", "mcptt-id: alice", "mcptt-id 'alice' is not a SIP URI")]
    [InlineData("client-id: urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001", "client-id: phone", "client-id 'phone' is not of the form urn:uuid:")]
    [InlineData("  interface: 192.0.2.11", "  interfaces: x", "alice.yaml:11: multicast.interfaces is not a known key; known here: enabled, interface")]
    [InlineData("id: sip:major@mcx.example", "id: sip:fire@mcx.example", "groups[1].id sip:fire@mcx.example is listed twice")]
    [InlineData("csk:", "csk: [1]\nother:", "csk must be a mapping")]
    [InlineData("  address: 192.0.2.1\n", "  address: 192.0.2.1: 5\n", "alice.yaml:6: not YAML")]
    public void An_error_names_file_line_key_and_reason(string good, string bad, string message)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var error = Assert.Throws<ToolException>(() => ClientProfileReader.Parse(Good.Replace(good, bad, StringComparison.Ordinal), "alice.yaml"));
        Assert.StartsWith("alice.yaml:", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(ToolExit.Usage, error.ExitCode);
    }

    [Fact]
    public void A_wrong_key_is_refused_without_being_repeated()
    {
        const string almost = "000102030405060708090a0b0c0d0e";
        var error = Assert.Throws<ToolException>(() => ClientProfileReader.Parse(
            Good.Replace("000102030405060708090a0b0c0d0e0f", almost, StringComparison.Ordinal), "alice.yaml"));
        Assert.Contains("csk.key has 30 characters", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(almost, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_others_can_read_is_warned_about()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("file modes are of Unix");
            return;
        }
        using var folder = new TemporaryFolder();
        string path = folder.File("alice.yaml");
        File.WriteAllText(path, Good);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains($"chmod 600 \"{path}\"", ClientProfileReader.PermissionWarning(path), StringComparison.Ordinal);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Null(ClientProfileReader.PermissionWarning(path));
    }
}
