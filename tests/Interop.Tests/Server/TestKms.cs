using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Interop.Tests;

/// <summary>A KMS that issues the keys of any identity.</summary>
internal sealed class TestKms : IDisposable
{
    public const string Gms = "sip:gms@mcx.example";
    public const string Mdsi = "sip:mcptt@mcx.example";

    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly List<IdentityKeys> _issued = [];
    private readonly KeyAuthority _authority;

    public TestKms() => _authority = KeyAuthority.Generate(
        new KeyManagementServer("kms.mcx.example", UserKeyPeriod_s: 2_592_000, UserKeyOffset_s: 0),
        _now.AddYears(-1), _now.AddYears(1), ["mcx.example"], SystemEntropy.Instance);

    public IdentityKeys Issue(string uri)
    {
        IdentityKeys keys = _authority.IssueIdentity(uri, _now, SystemEntropy.Instance);
        _issued.Add(keys);
        return keys;
    }

    public ServerIdentities IssueServer() => new(Issue(Gms), Issue(Mdsi));

    /// <summary>The I_MESSAGE by which a client uploads a CSK.</summary>
    public static byte[] Upload(IdentityKeys client, McxKey csk, TimeSpan age = default, string to = Mdsi)
    {
        byte[] message = new byte[MikeyMessage.MaxLength_bytes];
        var request = new MikeySakkeRequest
        {
            Key = csk,
            InitiatorUri = client.Uri,
            InitiatorKms = client.Kms,
            ResponderUri = to,
            ResponderKms = client.Kms,
            Time = DateTimeOffset.UtcNow - age,
            CryptoSessions = csk.Purpose == KeyPurpose.ClientServerKey ? [CryptoSession.McpttClientServer] : [],
        };
        Assert.True(MikeySakkeBuilder.TryBuild(request, client, client, SystemEntropy.Instance, message, out int length));
        return message[..length];
    }

    public void Dispose()
    {
        foreach (IdentityKeys keys in _issued)
            keys.Dispose();
        _authority.Dispose();
    }
}
