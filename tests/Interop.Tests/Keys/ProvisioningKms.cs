using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Interop.Tests;

/// <summary>A KMS, the server identities it provisioned, and the messages they make.</summary>
internal sealed class ProvisioningKms : IDisposable
{
    public const string GroupManagementServer = "sip:gms@mcx.example";
    public const string McxServer = "sip:mcptt@mcx.example";

    private const int Period_s = 30 * 24 * 3600;

    private readonly KeyAuthority _authority;
    private readonly List<IdentityKeys> _issued = [];

    public ProvisioningKms(string uri = "kms.mcx.example")
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _authority = KeyAuthority.Generate(
            new KeyManagementServer(uri, Period_s, 0), now.AddDays(-1), now.AddYears(1), ["mcx.example"], SystemEntropy.Instance);
        GroupManagement = Issue(GroupManagementServer);
    }

    public IdentityKeys GroupManagement { get; }

    /// <summary>Disposed with the KMS.</summary>
    public IdentityKeys Issue(string uri)
    {
        IdentityKeys keys = _authority.IssueIdentity(uri, DateTimeOffset.UtcNow, SystemEntropy.Instance);
        _issued.Add(keys);
        return keys;
    }

    /// <summary>The I_MESSAGE that delivers a key to a user.</summary>
    /// <param name="key">With its lifetime and groups.</param>
    /// <param name="to">MCPTT ID.</param>
    /// <param name="time">T; null = now.</param>
    /// <param name="from">Null = the GMS.</param>
    /// <param name="revoke">Tell that the key is revoked.</param>
    /// <param name="policy">SP; null = the default profile.</param>
    public byte[] Message(
        McxKey key, string to, DateTimeOffset? time = null, IdentityKeys? from = null, bool revoke = false, MikeySrtpPolicy? policy = null)
    {
        from ??= GroupManagement;
        var request = new MikeySakkeRequest
        {
            Key = key,
            InitiatorUri = from.Uri,
            InitiatorKms = from.Kms,
            ResponderUri = to,
            ResponderKms = from.Kms,
            Time = time ?? DateTimeOffset.UtcNow,
            Policy = policy,
            Parameters = new KeyParameters(key.Purpose) { Status = revoke ? 0u : 1u },
        };
        byte[] message = new byte[4096];
        Assert.True(MikeySakkeBuilder.TryBuild(request, from, from, SystemEntropy.Instance, message, out int length));
        return message[..length];
    }

    /// <summary>A GMK of a group.</summary>
    public static McxKey Gmk(string group, DateTimeOffset? activation = null, DateTimeOffset? expiry = null)
    {
        using McxKey chance = McxKey.Create(KeyPurpose.GroupMasterKey, SystemEntropy.Instance);
        return Renewed(chance, activation, expiry, group);
    }

    /// <summary>The same key with another lifetime, or for other groups.</summary>
    public static McxKey Renewed(McxKey key, DateTimeOffset? activation, DateTimeOffset? expiry, params string[] groups)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return new McxKey(key.Id, octets, key.Rand) { Validity = new KeyValidity(activation, expiry), GroupIds = groups };
    }

    public void Dispose()
    {
        foreach (IdentityKeys keys in _issued)
            keys.Dispose();
        _authority.Dispose();
    }
}
