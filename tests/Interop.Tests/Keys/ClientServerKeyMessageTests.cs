using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class ClientServerKeyMessageTests : IDisposable
{
    private const string Alice = "sip:alice@mcx.example";

    private readonly ProvisioningKms _kms = new();
    private readonly McxKey _key = McxKey.Create(KeyPurpose.ClientServerKey, SystemEntropy.Instance);

    public void Dispose()
    {
        _key.Dispose();
        _kms.Dispose();
    }

    [Fact]
    public void It_names_the_user_the_MC_system_and_the_key_and_can_be_opened_by_the_MC_system_alone()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] message = ClientServerKeyMessage.Make(_key, _kms.Issue(Alice), ProvisioningKms.McxServer, now, SystemEntropy.Instance);
        Assert.Equal(MikeyError.None, Open(ProvisioningKms.McxServer, message, now));
        Assert.Equal(MikeyError.WrongRecipient, Open(ProvisioningKms.GroupManagementServer, message, now));
    }

    [Fact]
    public void Identity_keys_of_another_time_make_none()
    {
        IdentityKeys identity = _kms.Issue(Alice);
        foreach (int days in (int[])[-90, 90])
        {
            var error = Assert.Throws<ToolException>(() => ClientServerKeyMessage.Make(
                _key, identity, ProvisioningKms.McxServer, DateTimeOffset.UtcNow.AddDays(days), SystemEntropy.Instance));
            Assert.Contains("mcx kms fetch", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("sip:mcptt@mcx.example", "sip:gms@mcx.example", "sip:mcptt@mcx.example")]
    [InlineData("sip:service@partner.example:5070;transport=tcp", "sip:gms@partner.example", "sip:mcptt@partner.example")]
    public void The_identities_of_a_system_are_of_its_servers_domain(string server, string gms, string mcx)
    {
        Assert.Equal(gms, ServiceIdentities.GroupManagementServerOf(server));
        Assert.Equal(mcx, ServiceIdentities.McxServerOf(server));
    }

    private MikeyError Open(string uri, byte[] message, DateTimeOffset now)
    {
        IdentityKeys identity = _kms.Issue(uri);
        var opener = new MikeySakkeOpener(
            uri, identity.Kms, identity.TrustedKms, identity, identity, new MikeyReplayCache(4, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)),
            MikeyOpenPolicy.Strict);
        MikeyError error = opener.TryOpen(message, KeyPurpose.ClientServerKey, Alice, now, null, out OpenedMikeyMessage? opened, out KeyIdentifier id);
        Assert.Equal(error == MikeyError.None ? _key.Id : default, id);
        opened?.Dispose();
        return error;
    }
}
