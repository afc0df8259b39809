using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

/// <summary>A KMS that issues the keys of any identity.</summary>
internal sealed class TestKms : IDisposable
{
    public const string Gms = "sip:gms@mcx.example";
    public const string Mdsi = "sip:mcptt@mcx.example";

    private readonly KeyAuthority _authority;
    private readonly DateTimeOffset _now;
    private readonly List<IdentityKeys> _issued = [];

    public TestKms(DateTimeOffset now)
    {
        _now = now;
        _authority = KeyAuthority.Generate(
            new KeyManagementServer("kms.mcx.example", UserKeyPeriod_s: 2_592_000, UserKeyOffset_s: 0), now.AddYears(-1), now.AddYears(1), ["mcx.example"], SystemEntropy.Instance);
    }

    public IdentityKeys Issue(string uri)
    {
        IdentityKeys keys = _authority.IssueIdentity(uri, _now, SystemEntropy.Instance);
        _issued.Add(keys);
        return keys;
    }

    public ServerIdentities IssueServer() => new(Issue(Gms), Issue(Mdsi));

    /// <summary>The I_MESSAGE by which a client uploads a CSK.</summary>
    public static byte[] Upload(IdentityKeys client, McxKey csk, DateTimeOffset time, string to = Mdsi)
    {
        byte[] message = new byte[MikeyMessage.MaxLength_bytes];
        var request = new MikeySakkeRequest
        {
            Key = csk,
            InitiatorUri = client.Uri,
            InitiatorKms = client.Kms,
            ResponderUri = to,
            ResponderKms = client.Kms,
            Time = time,
            CryptoSessions = [CryptoSession.McpttClientServer],
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
