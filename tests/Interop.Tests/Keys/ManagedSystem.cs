using System.Net;
using System.Net.Sockets;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A server on loopback that makes and distributes every group key, and endpoints that upload their CSKs: nothing but identities
/// is configured. The server can be started again on its store with another organisation.
/// </summary>
internal sealed class ManagedSystem : IAsyncDisposable
{
    public const string Fire = "sip:fire@mcx.example";
    public const string Rail = "sip:rail@mcx.example";
    public const string Major = "sip:major@mcx.example";
    public const string Incident = "sip:incident@mcx.example";

    public static readonly string[] Names = ["alice", "bob", "carol"];

    private readonly TemporaryFolder _folder = new();
    private readonly ProvisioningKms _kms = new();
    private readonly ServerIdentities _identities;
    private readonly ServerConfiguration _configuration;
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly List<ClientProfile> _profiles = [];
    private McServer? _server;

    /// <param name="lead_s">From a new key's making to its activation.</param>
    /// <param name="overlap_s">How long the key before stays valid after that, whoever has left.</param>
    public ManagedSystem(double lead_s = 1, double overlap_s = 1)
    {
        _identities = new ServerIdentities(_kms.GroupManagement, _kms.Issue(ProvisioningKms.McxServer));
        int port = FreePort();
        _configuration = new ServerConfiguration
        {
            Domain = "mcx.example",
            SipListeners =
            [
                new SipListen(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, port)),
                new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Loopback, port)),
            ],
            MediaAddress = IPAddress.Loopback,
            StorePath = _folder.File("store.db"),
            StoreKeyPath = _folder.File("store.key"),
            OrganisationPath = _folder.File("unused.yaml"),
            Keys = new KeyOptions
            {
                Lead = TimeSpan.FromSeconds(lead_s),
                Overlap = TimeSpan.FromSeconds(overlap_s),
                RevocationOverlap = TimeSpan.FromSeconds(overlap_s),
            },
        };
    }

    public McServer Server => _server ?? throw new InvalidOperationException("The server is not started.");

    public static string IdOf(string name) => $"sip:{name}@mcx.example";

    /// <summary>Starts the server, again after it ran.</summary>
    /// <param name="fire">Members of the fire group; null = alice and bob.</param>
    public async Task StartAsync(params string[]? fire)
    {
        await StopAsync();
        McUser[] users = [.. Names.Select(name => new McUser
        {
            McpttId = IdOf(name),
            SipIdentity = $"sip:u-{name}@mcx.example",
            Password = $"secret of {name}",
            AllowRegroup = name == "alice",
            MayManageKeys = name == "alice",
        })];
        McGroup[] groups = [Group(Fire, fire is { Length: > 0 } ? fire : ["alice", "bob"]), Group(Rail, ["carol"]), Group(Major, Names)];
        _server = new McServer(_configuration, new Organisation("mcx.example", users, groups), NullLoggerFactory.Instance, _identities);
        _server.Start();
    }

    /// <summary>The server has every answer that clients gave or give.</summary>
    public Task HeardAllAnswersAsync() =>
        Eventually.IsTrueAsync(() => Server.InspectAsync(system => system.PendingRequestCount == 0));

    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public string KeyFileOf(string name) => _folder.File($"{name}.keys.json");

    /// <summary>A started endpoint of that user, with the keys that an earlier one kept; disposed with the system.</summary>
    public McxEndpoint Endpoint(string name, IEndpointTap? tap = null, TimeProvider? time = null)
    {
        var profile = new ClientProfile
        {
            McpttId = IdOf(name),
            SipUser = $"sip:u-{name}@mcx.example",
            Password = $"secret of {name}",
            AuthenticationUser = $"u-{name}",
            Realm = "mcx.example",
            ClientId = $"urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a000{Array.IndexOf(Names, name)}",
            Server = _configuration.SipListeners[0].EndPoint,
            ServerUri = "sip:mcptt@mcx.example",
            Transport = name == "bob" ? SipTransportKind.Udp : SipTransportKind.Tcp,
            LocalAddress = IPAddress.Loopback,
            IdentityKeys = _kms.Issue(IdOf(name)),
        };
        var endpoint = new McxEndpoint(profile, new EndpointOptions { Tap = tap, KeyFile = KeyFileOf(name), Time = time ?? TimeProvider.System });
        _profiles.Add(profile);
        _endpoints.Add(endpoint);
        endpoint.Start();
        return endpoint;
    }

    public string File(string name) => _folder.File(name);

    /// <summary>Writes that user's profile and key material for the command line; no endpoint of the same user may run beside it.</summary>
    public string ProfileFile(string name)
    {
        SecretFile.Write(_folder.File($"{name}.kms.xml"), KmsMaterial.Write(_kms.Issue(IdOf(name))));
        string path = _folder.File($"{name}.yaml");
        SecretFile.Write(path, $"""
            mcptt-id: {IdOf(name)}
            sip-user: sip:u-{name}@mcx.example
            password: secret of {name}
            client-id: urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a000{Array.IndexOf(Names, name)}
            server:
              address: 127.0.0.1
              port: {_configuration.SipListeners[0].EndPoint.Port}
            local:
              address: 127.0.0.1
            kms:
              keys: {name}.kms.xml
            groups:
              - id: {(name == "carol" ? Rail : Fire)}
            """);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await StopAsync();
        foreach (ClientProfile profile in _profiles)
            profile.Dispose();
        _kms.Dispose();
        _folder.Dispose();
    }

    private static McGroup Group(string id, string[] members) => new()
    {
        Id = id,
        Multicast = false,
        PreconfiguredGroupUseOnly = id == Major,
        Members = members.ToDictionary(IdOf, name => new GroupMember { McpttId = IdOf(name) }, StringComparer.Ordinal),
    };

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
