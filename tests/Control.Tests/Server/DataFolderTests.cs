using System.Net;
using System.Text.RegularExpressions;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Server;

#pragma warning disable CA1416 // The server runs on Linux.

/// <summary>What a server without configuration makes for itself.</summary>
public sealed partial class DataFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_file_is_its_owners_alone()
    {
        DataFolder.Prepare(_folder.File("data"));

        string[] files = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);
        string[] certificates = [_folder.File("data/kms/certificate.xml"), _folder.File("data/kms/tls.crt")];
        // server.yaml, organisation.yaml, store.key; profile and key material of 5 users; secrets and TLS key of the KMS.
        Assert.Equal(3 + 2 * 5 + 2, files.Except(certificates).Count());
        Assert.All(files.Except(certificates), file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
        Assert.All(certificates, file => Assert.DoesNotContain("PRIVATE", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_others_could_read_is_closed_to_them_before_a_secret_is_written()
    {
        string path = _folder.Write("old.yaml", "old");
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        SecretFile.Write(path, "new");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void What_is_there_is_kept()
    {
        string path = DataFolder.Prepare(_folder.Path);
        string before = File.ReadAllText(_folder.File(DataFolder.OrganisationName));

        Assert.Equal(path, DataFolder.Prepare(_folder.Path));

        Assert.Equal(before, File.ReadAllText(_folder.File(DataFolder.OrganisationName)));
    }

    [Fact]
    public void The_files_read_back_as_the_organisation()
    {
        ServerConfiguration configuration = ServerConfiguration.Load(DataFolder.Prepare(_folder.Path));
        Organisation organisation = OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain);

        Assert.Equal(
            ["sip:alice@mcx.example", "sip:bob@mcx.example", "sip:carol@mcx.example", "sip:dave@mcx.example", "sip:dispatcher@mcx.example"],
            organisation.Users.Select(user => user.McpttId));
        Assert.Equal(["sip:dispatcher@mcx.example"], organisation.Users.Where(user => user.AllowRegroup).Select(user => user.McpttId));
        Assert.Equal(["sip:alice@mcx.example", "sip:bob@mcx.example"], organisation.Group(EmbeddedOrganisation.FireGroup)!.Members.Keys.Order());
        Assert.Equal(["sip:carol@mcx.example", "sip:dave@mcx.example"], organisation.Group(EmbeddedOrganisation.AmbulanceGroup)!.Members.Keys.Order());
        McGroup preconfigured = organisation.Group(EmbeddedOrganisation.PreconfiguredGroup)!;
        Assert.True(preconfigured.PreconfiguredGroupUseOnly);
        Assert.Equal(4, preconfigured.Members.Count);
    }

    [Fact]
    public void Keys_are_managed_and_each_profile_has_its_users_key_material()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ServerConfiguration configuration = ServerConfiguration.Load(DataFolder.Prepare(_folder.Path));
        Organisation organisation = OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain);

        Assert.All(organisation.Users, user => Assert.Null(user.ClientServerKey));
        Assert.All(organisation.Groups, group => Assert.Null(group.GroupMasterKey));
        foreach (McUser user in organisation.Users)
        {
            string name = user.McpttId["sip:".Length..user.McpttId.IndexOf('@', StringComparison.Ordinal)];
            using KmsMaterial material = KmsFile.Load(_folder.File($"clients/{name}.kms.xml"));
            Assert.All(material.KeySets, set => Assert.Equal(user.McpttId, set.UserUri));
            KmsFile.IdentityOf("material", material, user.McpttId, now).Dispose();
        }
    }

    [Fact]
    public void No_secret_and_no_identifier_is_there_twice_within_or_between_installations()
    {
        var seen = new HashSet<string>();
        for (int installation = 0; installation < 3; installation++)
        {
            string yaml = new EmbeddedOrganisation().OrganisationYaml();
            string[] values = [.. Secret().Matches(yaml).Select(match => match.Groups[1].Value)];
            // Identifier, key and RAND of 3 groups and 5 users; 5 passwords.
            Assert.Equal(3 * (3 + 5) + 5, values.Length);
            Assert.All(values, value => Assert.True(seen.Add(value), "a value is there twice"));
        }
    }

    [Fact]
    public void A_profile_holds_its_users_keys_only()
    {
        var organisation = new EmbeddedOrganisation();
        string[] foreign = [.. organisation.UserNames.Where(name => name != "alice").Select(name => CskOf(organisation, name))];

        string alice = organisation.ProfileYaml("alice", new IPEndPoint(IPAddress.Loopback, 5060), SipTransportKind.Tcp, IPAddress.Loopback, null);

        Assert.DoesNotContain(foreign, key => alice.Contains(key, StringComparison.Ordinal));
        Assert.Contains(EmbeddedOrganisation.FireGroup, alice, StringComparison.Ordinal);
        Assert.DoesNotContain(EmbeddedOrganisation.AmbulanceGroup, alice, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => organisation.ProfileYaml("mallory", new IPEndPoint(IPAddress.Loopback, 5060), SipTransportKind.Tcp, IPAddress.Loopback, null));
    }

    private static string CskOf(EmbeddedOrganisation organisation, string name) => Csk().Match(
        organisation.ProfileYaml(name, new IPEndPoint(IPAddress.Loopback, 5060), SipTransportKind.Tcp, IPAddress.Loopback, null)).Groups[1].Value;

    [GeneratedRegex("""^ *(?:id|key|rand|password): "([0-9a-f]+)"$""", RegexOptions.Multiline)]
    private static partial Regex Secret();

    [GeneratedRegex("csk:\\s+id: \"[0-9a-f]+\"\\s+key: \"([0-9a-f]+)\"")]
    private static partial Regex Csk();
}
