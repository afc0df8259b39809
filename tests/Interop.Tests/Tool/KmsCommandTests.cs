using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

#pragma warning disable CA1416 // File modes are of Unix, as the server.

public sealed class KmsCommandTests : IDisposable
{
    private const string Alice = "sip:alice@mcx.example";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Init_issue_and_show_make_keys_that_check()
    {
        await InitAsync();
        (int exit, string output, _) = await RunAsync("kms", "issue", "--kms", _folder.File("kms"), "--user", Alice, "--user", "sip:gms@mcx.example", "--out", _folder.File("keys.xml"), "--json");
        Assert.Equal(ToolExit.Ok, exit);
        Assert.Equal(3, Last(output).GetProperty("periods").GetArrayLength());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.File("keys.xml")));
        using KmsMaterial material = KmsFile.Load(_folder.File("keys.xml"));
        KmsFile.IdentityOf("keys.xml", material, Alice, DateTimeOffset.UtcNow).Dispose();
        KmsFile.IdentityOf("keys.xml", material, "sip:gms@mcx.example", DateTimeOffset.UtcNow).Dispose();

        (exit, output, _) = await RunAsync("kms", "show", _folder.File("keys.xml"), "--json");
        Assert.Equal(ToolExit.Ok, exit);
        JsonElement shown = Last(output);
        Assert.Equal("kms.mcx.example", shown.GetProperty("certificates")[0].GetProperty("kms").GetString());
        Assert.Equal(
            ["previous", "current", "next"],
            shown.GetProperty("keySets").EnumerateArray().Take(3).Select(set => set.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task One_period_is_issued_when_one_is_asked_for()
    {
        await InitAsync();
        (int exit, _, string errors) = await RunAsync("kms", "issue", "--kms", _folder.File("kms"), "--user", Alice, "--period", "1500", "--out", _folder.File("keys.xml"));
        Assert.True(exit == ToolExit.Ok, errors);
        using KmsMaterial material = KmsFile.Load(_folder.File("keys.xml"));
        Assert.Equal([1500L], material.KeySets.Select(set => set.KeyPeriodNumber));
    }

    [Fact]
    public async Task Show_prints_no_secret_and_tells_keys_that_fail()
    {
        await InitAsync();
        await RunAsync("kms", "issue", "--kms", _folder.File("kms"), "--user", Alice, "--out", _folder.File("keys.xml"));
        string text = await File.ReadAllTextAsync(_folder.File("keys.xml"), TestContext.Current.CancellationToken);
        string[] secrets = [.. SecretsIn(text)];
        Assert.Equal(6, secrets.Length);
        foreach (string[] arguments in (string[][])[["kms", "show", _folder.File("keys.xml")], ["kms", "show", _folder.File("keys.xml"), "--json"]])
        {
            (_, string output, _) = await RunAsync(arguments);
            Assert.DoesNotContain(secrets, secret => output.Contains(secret[..32], StringComparison.OrdinalIgnoreCase));
        }
        await File.WriteAllTextAsync(_folder.File("keys.xml"), text.Replace(Alice, "sip:mallory@mcx.example", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (int exit, string shown, _) = await RunAsync("kms", "show", _folder.File("keys.xml"));
        Assert.Equal(ToolExit.Ok, exit);
        Assert.Contains("sip:mallory@mcx.example: key period", shown, StringComparison.Ordinal);
        Assert.Contains("refused: WrongUserIdentifier", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_KMS_is_not_made_over_another()
    {
        await InitAsync();
        (int exit, _, string errors) = await RunAsync("kms", "init", "--uri", "kms.mcx.example", "--out", _folder.File("kms"));
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains("there is a KMS already", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kms init --uri kms.mcx.example --out {0}/new --key-period-days 0", "--key-period-days must be 1 to 3650")]
    [InlineData("kms issue --kms {0}/nowhere --user sip:a@b --out {0}/out", "store.key: the store key cannot be read")]
    [InlineData("kms issue --kms {0}/kms --user sip:a@b --period 9999 --out {0}/out", "--period 9999: not a key period")]
    [InlineData("kms issue --kms {0}/kms --user sip:a@b --out {0}/kms/store.key/out", "check the path")]
    [InlineData("kms show {0}/nowhere.xml", "nowhere.xml: cannot be read")]
    [InlineData("kms show {0}/kms/store.key", "store.key: is not well-formed XML")]
    [InlineData("kms fetch --profile {0}/nowhere.yaml", "nowhere.yaml: cannot be read")]
    public async Task Wrong_arguments_and_files_exit_with_2(string line, string message)
    {
        await InitAsync();
        (int exit, _, string errors) = await RunAsync([.. line.Split(' ').Select(argument => argument.Replace("{0}", _folder.Path, StringComparison.Ordinal))]);
        Assert.Equal((ToolExit.Usage, true), (exit, errors.Contains(message, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fetch_gets_keys_that_the_profile_then_has()
    {
        await using var system = new KmsSystem();
        string profile = system.Profile("alice");
        using (ClientProfile before = ClientProfile.Load(profile))
            Assert.Null(before.IdentityKeys);
        (int exit, string output, string errors) = await RunAsync("kms", "fetch", "--profile", profile, "--json");
        Assert.True(exit == ToolExit.Ok, output + errors);
        Assert.Equal(Alice, Last(output).GetProperty("user").GetString());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(system.MaterialOf("alice")));
        using ClientProfile after = ClientProfile.Load(profile);
        Assert.Equal((Alice, 3), (after.IdentityKeys!.Uri, after.IdentityKeys.KeyPeriodNumbers.Count));
        Assert.Equal(["kms.mcx.example"], after.IdentityKeys.TrustedKms.Select(kms => kms.Uri));
        string[] secrets = [.. SecretsIn(await File.ReadAllTextAsync(system.MaterialOf("alice"), TestContext.Current.CancellationToken))];
        Assert.DoesNotContain(secrets, secret => output.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Fetched_keys_register_with_an_uploaded_CSK()
    {
        await using var system = new KmsSystem();
        string profile = system.Profile("alice");
        await RunAsync("kms", "fetch", "--profile", profile);
        (int exit, string output, string errors) = await RunAsync("affiliate", "--profile", profile, "--group", EmbeddedOrganisation.FireGroup, "--json");
        Assert.True(exit == ToolExit.Ok, output + errors);
    }

    [Fact]
    public async Task Key_material_others_can_read_is_warned_about()
    {
        await using var system = new KmsSystem();
        string profile = system.Profile("alice", withMaterial: true);
        (_, _, string errors) = await RunAsync("affiliate", "--profile", profile, "--none");
        Assert.DoesNotContain("chmod", errors, StringComparison.Ordinal);
        File.SetUnixFileMode(system.MaterialOf("alice"), OwnerOnly | UnixFileMode.GroupRead);
        (_, _, errors) = await RunAsync("affiliate", "--profile", profile, "--none");
        Assert.Contains("alice.kms.xml holds keys and can be read by other users", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_KMS_with_another_certificate_than_before_is_warned_about()
    {
        await using var system = new KmsSystem();
        string profile = system.Profile("alice");
        using (KeyAuthority other = KeyAuthorityFolder.Generate("kms.mcx.example", "mcx.example", DateTimeOffset.UtcNow, SystemEntropy.Instance))
        using (IdentityKeys keys = other.IssueIdentity(Alice, DateTimeOffset.UtcNow, SystemEntropy.Instance))
            SecretFile.Write(system.MaterialOf("alice"), KmsMaterial.Write(keys));
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Ok, exit);
        Assert.Contains("another certificate than before", errors, StringComparison.Ordinal);
        (_, _, errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.DoesNotContain("another certificate", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_exits_with_1_and_keeps_nothing()
    {
        await using var system = new KmsSystem();
        string profile = await ChangeAsync(system.Profile("alice"), "password: \"", "password: \"x");
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Refused, exit);
        Assert.Contains("the KMS refused init: 401, wrong user name or password", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(system.MaterialOf("alice")));
    }

    [Fact]
    public async Task Another_users_identity_exits_with_1()
    {
        await using var system = new KmsSystem();
        string profile = await ChangeAsync(system.Profile("alice"), "mcptt-id: sip:alice@", "mcptt-id: sip:bob@");
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Refused, exit);
        Assert.Contains("403, sip:bob@mcx.example is not sip:alice@mcx.example", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_another_TLS_certificate_is_not_trusted()
    {
        await using var system = new KmsSystem();
        TlsCertificate.LoadOrCreate(system.File("other"), "kms.mcx.example", IPAddress.Loopback, DateTimeOffset.UtcNow).Dispose();
        string profile = await ChangeAsync(system.Profile("alice"), "../kms/tls.crt", "../other/tls.crt");
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Unreachable, exit);
        Assert.Contains("certificate", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", ToolExit.Ok)]
    [InlineData("127.0.0.2", ToolExit.Unreachable)]
    public async Task A_certificate_of_a_trusted_issuer_must_bear_the_address(string address, int expected)
    {
        await using var system = new KmsSystem(folder => WriteIssued(folder, IPAddress.Parse(address)));
        string profile = await ChangeAsync(system.Profile("alice"), "../kms/tls.crt", "../kms/issuer.crt");
        (int exit, string output, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.True(exit == expected, output + errors);
    }

    [Fact]
    public async Task A_self_signed_certificate_nobody_named_is_not_trusted()
    {
        await using var system = new KmsSystem();
        string profile = await ChangeAsync(system.Profile("alice"), "  trusted-certificate: ../kms/tls.crt\n", "");
        Assert.Equal(ToolExit.Unreachable, (await RunAsync("kms", "fetch", "--profile", profile)).Exit);
    }

    [Fact]
    public async Task A_trusted_certificate_that_is_none_exits_with_2()
    {
        await using var system = new KmsSystem();
        string profile = await ChangeAsync(system.Profile("alice"), "../kms/tls.crt", "../kms/certificate.xml");
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains("has no certificate in PEM", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_KMS_that_is_not_there_exits_with_3()
    {
        string profile = _folder.File("alice.yaml");
        await using (var system = new KmsSystem())
        {
            File.Copy(system.Profile("alice"), profile);
            await ChangeAsync(profile, "../kms/tls.crt", system.File("kms/tls.crt"));
            File.Copy(system.File("kms/tls.crt"), _folder.File("tls.crt"));
            await ChangeAsync(profile, system.File("kms/tls.crt"), "tls.crt");
        }
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Unreachable, exit);
        Assert.Contains("cannot be reached", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_without_address_exits_with_2()
    {
        await using var system = new KmsSystem();
        string profile = await ChangeAsync(system.Profile("alice", withMaterial: true), $"  url: {system.KmsUrl.GetLeftPart(UriPartial.Authority)}\n", "");
        (int exit, _, string errors) = await RunAsync("kms", "fetch", "--profile", profile);
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains("kms.url is missing", errors, StringComparison.Ordinal);
    }

    private static void WriteIssued(string folder, IPAddress address)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), to = from.AddDays(1);
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuerRequest = new CertificateRequest("CN=issuer", issuerKey, HashAlgorithmName.SHA256);
        issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 issuer = issuerRequest.CreateSelfSigned(from, to);
        var request = new CertificateRequest("CN=kms", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(issuer, from, to, [1]);
        SecretFile.Write(Path.Combine(folder, "issuer.crt"), issuer.ExportCertificatePem());
        SecretFile.Write(Path.Combine(folder, TlsCertificate.CertificateName), certificate.ExportCertificatePem());
        SecretFile.Write(Path.Combine(folder, TlsCertificate.KeyName), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task InitAsync()
    {
        (int exit, string output, string errors) = await RunAsync("kms", "init", "--uri", "kms.mcx.example", "--out", _folder.File("kms"), "--json");
        Assert.True(exit == ToolExit.Ok, errors);
        Assert.Equal("kms.mcx.example", Last(output).GetProperty("kms").GetString());
    }

    private static async Task<string> ChangeAsync(string path, string old, string with)
    {
        string text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, with, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        return path;
    }

    private static IEnumerable<string> SecretsIn(string material) =>
        System.Xml.Linq.XDocument.Parse(material).Descendants().Where(element => element.Name.LocalName is "UserDecryptKey" or "UserSigningKeySSK").Select(element => element.Value);

    private static JsonElement Last(string output) => JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int exit = await McxCommand.RunAsync(McxCommand.Create(), arguments, output, errors);
        return (exit, output.ToString(), errors.ToString());
    }
}
