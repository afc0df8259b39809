using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>The kms section of a profile.</summary>
public sealed class ProfileKmsTests : IDisposable
{
    private const string Alice = "sip:alice@mcx.example";

    private const string Profile = """
        mcptt-id: sip:alice@mcx.example
        sip-user: sip:u1001@mcx.example
        password: secret
        client-id: urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001
        server:
          address: 192.0.2.1
        local:
          address: 192.0.2.10

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Paths_count_from_the_profile()
    {
        using ClientProfile profile = Load("kms:\n  url: https://kms.mcx.example:8443\n  trusted-certificate: ../tls.crt\n  keys: secret/keys.xml");
        Assert.Equal(
            new KmsAccess(new Uri("https://kms.mcx.example:8443"), Path.Combine(_folder.Path, "../tls.crt"), _folder.File("secret/keys.xml")),
            profile.Kms);
    }

    [Fact]
    public void The_keys_are_beside_the_profile_unless_it_says_otherwise()
    {
        using ClientProfile profile = Load("kms:\n  url: https://kms.mcx.example:8443");
        Assert.Equal(_folder.File("alice.kms.xml"), profile.Kms!.KeysPath);
        Assert.Null(profile.IdentityKeys);
    }

    [Fact]
    public void Keys_brought_by_hand_are_read()
    {
        WriteKeys("alice.kms.xml", Alice, DateTimeOffset.UtcNow);
        using ClientProfile profile = Load("kms:\n  keys: alice.kms.xml");
        Assert.Equal(Alice, profile.IdentityKeys!.Uri);
    }

    [Fact]
    public void Keys_brought_by_hand_must_be_there() => Refused("kms:\n  keys: alice.kms.xml", "alice.kms.xml: cannot be read");

    [Fact]
    public void Keys_of_somebody_else_are_refused()
    {
        WriteKeys("alice.kms.xml", "sip:bob@mcx.example", DateTimeOffset.UtcNow);
        Refused("kms:\n  keys: alice.kms.xml", "alice.kms.xml: has no key set of sip:alice@mcx.example");
    }

    [Fact]
    public void Keys_of_another_time_are_refused_with_the_way_to_new_ones()
    {
        WriteKeys("alice.kms.xml", Alice, DateTimeOffset.UtcNow.AddYears(-1));
        Refused("kms:\n  url: https://kms.mcx.example:8443", "alice.kms.xml: no key set of sip:alice@mcx.example is of the current key period");
        Refused("kms:\n  url: https://kms.mcx.example:8443", "'mcx kms fetch' gets new ones");
    }

    [Fact]
    public void Keys_that_were_altered_are_refused()
    {
        WriteKeys("alice.kms.xml", Alice, DateTimeOffset.UtcNow);
        string text = File.ReadAllText(_folder.File("alice.kms.xml"));
        int at = text.IndexOf("<UserPubTokenPVT", StringComparison.Ordinal) - 40;
        File.WriteAllText(_folder.File("alice.kms.xml"), text[..at] + (text[at] == '0' ? '1' : '0') + text[(at + 1)..]);
        Refused("kms:\n  keys: alice.kms.xml", "does not belong to it");
    }

    [Fact]
    public void A_file_that_is_no_key_material_is_refused()
    {
        File.WriteAllText(_folder.File("alice.kms.xml"), "keys");
        Refused("kms:\n  keys: alice.kms.xml", "alice.kms.xml: is not well-formed XML");
    }

    [Theory]
    [InlineData("kms:\n  url: http://kms.mcx.example", "kms.url 'http://kms.mcx.example' is not the HTTPS address")]
    [InlineData("kms:\n  url: kms.mcx.example", "kms.url 'kms.mcx.example' is not the HTTPS address")]
    [InlineData("kms:\n  url: https://u:p@kms.mcx.example", "is not the HTTPS address")]
    [InlineData("kms:\n  uri: kms.mcx.example\n  url: https://a", "kms.uri is not a known key")]
    [InlineData("kms: here", "kms must be a mapping")]
    public void An_error_names_key_and_reason(string section, string message) => Refused(section, message);

    private ClientProfile Load(string section)
    {
        File.WriteAllText(_folder.File("alice.yaml"), Profile + section);
        return ClientProfile.Load(_folder.File("alice.yaml"));
    }

    private void Refused(string section, string message)
    {
        var error = Assert.Throws<ToolException>(() => Load(section));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(ToolExit.Usage, error.ExitCode);
    }

    private void WriteKeys(string name, string uri, DateTimeOffset time)
    {
        using KeyAuthority kms = KeyAuthorityFolder.Generate("kms.mcx.example", "mcx.example", DateTimeOffset.UtcNow, SystemEntropy.Instance);
        using IdentityKeys keys = kms.IssueIdentity(uri, time, SystemEntropy.Instance);
        SecretFile.Write(_folder.File(name), KmsMaterial.Write(keys));
    }
}
