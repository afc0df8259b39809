using System.Text.Json;
using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class KeyCommandTests : IDisposable
{
    // The group key and the sender that two vendors publish.
    private const string Gmk = "fcfe65cd967c58d260b603ccb9a887a9", Rand = "6819e679461120e10ac458cce67b8024";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Derive_gives_the_published_keys_of_a_sender()
    {
        (int exit, string output, _) = await RunAsync(
            "key", "derive", "--id", "09bf9d37", "--key-file", KeyFile(Gmk), "--rand", Rand, "--user", "sip:p25user01@etherstack.com", "--json");
        Assert.Equal(ToolExit.Ok, exit);
        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(
            ("ok", "GroupMasterKey", "01c8de7b", "01c8de7b", 4, "09bf9d3701c8de7b", "64837d2b4d69a266e4489d3807353ad9", "8b2f081ce8e8bdab1f8d9eb8"),
            (Text(result, "result"), Text(result, "purpose"), Text(result, "gukId"), Text(result, "csbId"), result.GetProperty("csId").GetInt32(),
                Text(result, "mki"), Text(result, "masterKey"), Text(result, "masterSalt")));
        (exit, output, _) = await RunAsync(
            "key", "derive", "--id", "09bf9d37", "--key-file", KeyFile(Gmk), "--rand", Rand, "--user", "sip:92100002447@att.com");
        Assert.Equal(ToolExit.Ok, exit);
        Assert.Contains("mki        09bf9d370c449727", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Gmk, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Derive_takes_a_control_key_without_a_user()
    {
        (int exit, string output, _) = await RunAsync(
            "key", "derive", "--id", "2c5f7886", "--key-file", KeyFile(Gmk + "\n"), "--rand", Rand, "--json");
        Assert.Equal(ToolExit.Ok, exit);
        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal((6, "2c5f7886"), (result.GetProperty("csId").GetInt32(), Text(result, "mki")));
        Assert.False(result.TryGetProperty("gukId", out _));
    }

    [Theory]
    [InlineData("--id 9bf9d37 --rand " + Rand, "not 8 hex digits")]
    [InlineData("--id f9bf9d37 --rand " + Rand, "not 8 hex digits of which the first is 0..6")]
    [InlineData("--id 09bf9d37 --rand " + Rand, "give --user")]
    [InlineData("--id 29bf9d37 --user sip:a@b --rand " + Rand, "leave --user out")]
    [InlineData("--id 29bf9d37 --rand 00", "--rand: not 32 to 510 hex digits")]
    [InlineData("--id 29bf9d37 --cs-id 4 --rand " + Rand, "does not serve that crypto session")]
    [InlineData("--id 29bf9d37 --cs-id 10 --rand " + Rand, "not one of 0..9")]
    [InlineData("--id 29bf9d37 --cs-id -1 --rand " + Rand, "not one of 0..9")]
    public async Task Derive_refuses_wrong_arguments(string arguments, string message)
    {
        (int exit, _, string errors) = await RunAsync(["key", "derive", "--key-file", KeyFile(Gmk), .. arguments.Split(' ')]);
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused_and_not_repeated()
    {
        (int exit, _, string errors) = await RunAsync("key", "derive", "--id", "20000001", "--key-file", KeyFile(Gmk + "0"), "--rand", Rand);
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains("not 32 hex digits", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Gmk, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_shows_every_payload_from_octets_base64_and_an_attribute()
    {
        byte[] message = new MadeMessages().Group(out McxKey key);
        key.Dispose();
        await File.WriteAllBytesAsync(_folder.File("m.bin"), message, TestContext.Current.CancellationToken);
        string base64 = Convert.ToBase64String(message);
        await File.WriteAllTextAsync(_folder.File("m.b64"), $"mikey {base64}\r\n", TestContext.Current.CancellationToken);
        var outputs = new List<string>();
        foreach (string[] source in new string[][] { ["--file", _folder.File("m.bin")], ["--file", _folder.File("m.b64")], ["--message", base64] })
        {
            (int exit, string output, _) = await RunAsync(["key", "inspect", .. source, "--json"]);
            Assert.Equal(ToolExit.Ok, exit);
            outputs.Add(output);
        }
        JsonElement result = JsonDocument.Parse(Assert.Single(outputs.Distinct())).RootElement;
        Assert.Equal(("Sakke", "GroupMasterKey", "GenericId"), (Text(result, "dataType"), Text(result, "purpose"), Text(result, "mapType")));
        JsonElement session = Assert.Single(result.GetProperty("cryptoSessions").EnumerateArray());
        Assert.Equal((4, $"{key.Id}{Text(result, "csbId")}"), (session.GetProperty("csId").GetInt32(), Text(session, "spi")));
        JsonElement[] payloads = [.. result.GetProperty("payloads").EnumerateArray()];
        Assert.Equal(
            ["Timestamp", "Rand", "IdentityWithRole", "IdentityWithRole", "IdentityWithRole", "IdentityWithRole", "Sakke", "GeneralExtension", "Signature"],
            payloads.Select(payload => Text(payload, "type")));
        Assert.Equal("2026-03-04T05:06:07.000Z", Text(payloads[0], "value"));
        Assert.Equal((MadeMessages.Responder, "Responder"), (Text(payloads[3], "identity"), Text(payloads[3], "role")));
        Assert.Equal(message.Length, payloads.Sum(payload => payload.GetProperty("length").GetInt32()) + payloads[0].GetProperty("offset").GetInt32());
    }

    [Fact]
    public async Task Inspect_writes_lines_for_people()
    {
        byte[] message = new MadeMessages().PrivateCall(out McxKey key);
        key.Dispose();
        (int exit, string output, _) = await RunAsync("key", "inspect", "--message", Convert.ToBase64String(message));
        Assert.Equal(ToolExit.Ok, exit);
        Assert.Contains("purpose: PrivateCallKey", output, StringComparison.Ordinal);
        Assert.Contains("  - type: Sakke", output, StringComparison.Ordinal);
        Assert.Contains("      - parameter: EncryptionAlgorithm", output, StringComparison.Ordinal);
        Assert.Contains("    encapsulatedLength: 273", output, StringComparison.Ordinal);
        Assert.DoesNotContain("5a5a5a5a", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--message AA", "not base64")]
    [InlineData("--message AQ==", "1 octets are no MIKEY message: Truncated")]
    [InlineData("--file nowhere", "nowhere: cannot read the message")]
    [InlineData("--message AQ== --file nowhere", "not both")]
    public async Task Inspect_says_what_is_wrong(string arguments, string message)
    {
        (int exit, _, string errors) = await RunAsync(["key", "inspect", .. arguments.Split(' ')]);
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_says_who_signed()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using KeyAuthority kms = KeyAuthority.Generate(
            new KeyManagementServer("kms.mcx.example", 2592000, 0), now.AddDays(-1), now.AddDays(30), ["mcx.example"], SystemEntropy.Instance);
        using IdentityKeys gms = kms.IssueIdentity("sip:gms@mcx.example", now, SystemEntropy.Instance);
        using McxKey key = McxKey.Create(KeyPurpose.GroupMasterKey, SystemEntropy.Instance);
        var request = new MikeySakkeRequest
        {
            Key = key,
            InitiatorUri = gms.Uri,
            InitiatorKms = gms.Kms,
            ResponderUri = "sip:alice@mcx.example",
            ResponderKms = gms.Kms,
            Time = now,
        };
        byte[] memory = new byte[2000];
        Assert.True(MikeySakkeBuilder.TryBuild(request, gms, gms, SystemEntropy.Instance, memory, out int length));
        string certificate = _folder.File("kms.xml");
        await File.WriteAllBytesAsync(certificate, KmsMaterial.Write([kms.Certificate], []), TestContext.Current.CancellationToken);
        string message = Convert.ToBase64String(memory, 0, length);

        (int exit, string output, _) = await RunAsync("key", "verify", "--message", message, "--certificate", certificate, "--from", gms.Uri, "--json");
        Assert.Equal(ToolExit.Ok, exit);
        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("valid", "GroupMasterKey"), (Text(result, "signature"), Text(result.GetProperty("message"), "purpose")));

        (exit, _, string errors) = await RunAsync("key", "verify", "--message", message, "--certificate", certificate, "--from", "sip:eve@mcx.example");
        Assert.NotEqual(ToolExit.Ok, exit);
        Assert.Contains("WrongInitiator", errors, StringComparison.Ordinal);
        memory[length / 2] ^= 1;
        (exit, _, errors) = await RunAsync("key", "verify", "--message", Convert.ToBase64String(memory, 0, length), "--certificate", certificate);
        Assert.NotEqual(ToolExit.Ok, exit);
        Assert.Contains("BadSignature", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string KeyFile(string text)
    {
        string path = _folder.File("key.hex");
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int exit = await McxCommand.RunAsync(McxCommand.Create(), arguments, output, errors);
        return (exit, output.ToString(), errors.ToString());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
