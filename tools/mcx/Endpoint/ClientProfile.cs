using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>What an MC client knows before it starts: who it is, its server, and its keys. Dispose zeroes the keys.</summary>
public sealed class ClientProfile : IDisposable
{
    /// <summary>The MC service user, <c>sip:alice@mcx.example</c>.</summary>
    public required string McpttId { get; init; }

    /// <summary>The address of record that registers.</summary>
    public required string SipUser { get; init; }

    public required string Password { get; init; }

    /// <summary>The digest user name; the user part of <see cref="SipUser"/> unless the profile says otherwise.</summary>
    public required string AuthenticationUser { get; init; }

    /// <summary>The digest realm the password is for; the domain of <see cref="SipUser"/> unless the profile says otherwise.</summary>
    public required string Realm { get; init; }

    /// <summary><c>urn:uuid:…</c></summary>
    public required string ClientId { get; init; }

    public required IPEndPoint Server { get; init; }

    /// <summary>The public service identity of the participating function; <c>sip:mcptt@</c> and the domain unless the profile says otherwise.</summary>
    public required string ServerUri { get; init; }

    public SipTransportKind Transport { get; init; } = SipTransportKind.Tcp;

    /// <summary>Whom to expect at <see cref="Server"/> over TLS; null otherwise.</summary>
    public ServerTls? ServerTls { get; init; }

    /// <summary>Where SIP and media are bound; must be an address the server can send to.</summary>
    public required IPAddress LocalAddress { get; init; }

    /// <summary>Where media is bound instead; it is IPv4, SIP need not be.</summary>
    public IPAddress MediaAddress
    {
        get => field ?? LocalAddress;
        init;
    }

    /// <summary>0 = any free port.</summary>
    public int LocalPort { get; init; }

    /// <summary>The interface address on which multicast groups are joined; null = unicast only.</summary>
    public IPAddress? MulticastInterface { get; init; }

    /// <summary>The configured MSCCK of the server's multicast bearer; null when the server delivers it.</summary>
    public McxKey? BearerKey { get; init; }

    /// <summary>The configured CSK; null when the client makes one and uploads it.</summary>
    public ClientServerKey? ClientServerKey { get; init; }

    /// <summary>Where <see cref="IdentityKeys"/> come from; null when all the client's keys are configured.</summary>
    public KmsAccess? Kms { get; init; }

    /// <summary>
    /// What the client opens and makes key messages with; null when all its keys are configured, or they were not fetched from
    /// the KMS yet.
    /// </summary>
    public IdentityKeys? IdentityKeys { get; init; }

    public IReadOnlyList<ProfileGroup> Groups { get; init; } = [];

    /// <summary>The configured key of a group, or null when the profile has none. URIs compare normalised.</summary>
    public GroupMasterKey? KeyOf(string group) =>
        Groups.FirstOrDefault(entry => McIdentity.Normalise(entry.Id) == McIdentity.Normalise(group))?.Key;

    /// <summary>Reads a profile file; see docs/mcx.md for its form.</summary>
    /// <exception cref="ToolException">Names file, line, key and reason.</exception>
    public static ClientProfile Load(string path) => ClientProfileReader.Load(path);

    public void Dispose()
    {
        ClientServerKey?.Dispose();
        IdentityKeys?.Dispose();
        BearerKey?.Dispose();
        foreach (ProfileGroup group in Groups)
        {
            group.Key?.Dispose();
            group.FloorKey?.Dispose();
        }
    }
}
