using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Interop.Tests;

/// <summary>A server on loopback with three users, two groups and a preconfigured group, and endpoints for its users.</summary>
internal sealed class SmallSystem : IAsyncDisposable
{
    public const string Fire = "sip:fire@mcx.example";
    public const string Rail = "sip:rail@mcx.example";
    public const string Major = "sip:major@mcx.example";
    public const string Incident = "sip:incident@mcx.example";

    /// <summary>Of every plain SIP telephone.</summary>
    public const string PhonePassword = "secret-of-phone";

    private static readonly string[] Names = ["alice", "bob", "carol"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly List<ClientProfile> _profiles = [];
    private readonly McServer _server;

    /// <param name="multicast">Groups are offered multicast.</param>
    /// <param name="floor">How groups' floors are kept; null: the defaults.</param>
    /// <param name="sip">Where SIP listens, with TLS and WebSocket too; null: IPv4 loopback, UDP and TCP.</param>
    /// <param name="phone">How plain SIP telephones among the members of Fire are served; null: there are none.</param>
    /// <param name="phones">Their users; null: one, phone.</param>
    /// <param name="media">Where media is; null: IPv4 loopback.</param>
    /// <param name="sessions">How long sessions last; null: the defaults.</param>
    public SmallSystem(
        bool multicast = false, FloorPolicy? floor = null, IPAddress? sip = null, PlainSipProfile? phone = null, string[]? phones = null,
        IPAddress? media = null, SessionTimerOptions? sessions = null)
    {
        MediaAddress = media ?? IPAddress.Loopback;
        SipAddress = sip ?? IPAddress.Loopback;
        SipTransportKind[] transports = sip is null
            ? [SipTransportKind.Udp, SipTransportKind.Tcp]
            : [SipTransportKind.Udp, SipTransportKind.Tcp, SipTransportKind.Tls, SipTransportKind.Ws];
        var configuration = new ServerConfiguration
        {
            Domain = "mcx.example",
            SipListeners = [.. transports.Select(transport => new SipListen(transport, new IPEndPoint(SipAddress, 0)))],
            SipTls = sip is null ? null : new SipTlsConfiguration { Folder = _folder.File("sip") },
            MediaAddress = MediaAddress,
            StorePath = _folder.File("store.db"),
            OrganisationPath = _folder.File("unused.yaml"),
            Multicast = multicast ? Bearer : null,
            MulticastInterface = IPAddress.Loopback,
            OperatorSocketPath = OperatorSocket,
            SessionTimer = sessions ?? new SessionTimerOptions(),
        };
        McUser[] users = [.. Names.Select((name, i) => new McUser
        {
            McpttId = IdOf(name),
            SipIdentity = $"sip:u-{name}@mcx.example",
            Password = $"secret of {name}",
            AllowRegroup = name == "alice",
            AllowRequestAffiliatedGroups = name == "alice",
            ClientServerKey = CskOf(i),
        })];
        phones = phone is null ? [] : phones ?? ["phone"];
        users =
        [
            .. users,
            .. phones.Select(name => new McUser { McpttId = IdOf(name), SipIdentity = $"sip:u-{name}@mcx.example", Password = PhonePassword, PlainSip = phone }),
        ];
        McGroup[] groups =
        [
            Group(Fire, 0, multicast, floor, ["alice", "bob", .. phones]),
            Group(Rail, 1, multicast, null, "carol"),
            Group(Major, 2, multicast, null, [.. Names, .. phones]),
        ];
        _server = new McServer(configuration, new Organisation("mcx.example", users, groups), NullLoggerFactory.Instance);
        _server.Start();
    }

    public IPAddress SipAddress { get; }

    public IPAddress MediaAddress { get; }

    /// <summary>The certificate of its TLS listener.</summary>
    public string CertificatePath => _folder.File("sip/tls.crt");

    public McServer Server => _server;

    /// <summary>The bearer of a system with multicast.</summary>
    public MulticastOptions Bearer { get; } = new()
    {
        First = IPAddress.Parse("239.192.77.0"),
        Count = 16,
        MediaPort = FreePort(),
        FloorPort = FreePort(),
        GeneralPurpose = new IPEndPoint(IPAddress.Parse("239.192.77.0"), FreePort()),
        TimeToLive = 1,
        Tmgi = Tmgi.TryParse("00000100f110", out Tmgi? tmgi) ? tmgi : throw new InvalidOperationException(),
        ControlKey = MscckOf(),
        MinimumListeners = 1,
        T16 = TimeSpan.FromMilliseconds(100),
    };

    public static McxKey MscckOf(int value = 0x50) => new(new KeyIdentifier(0x5000_0100), Octets(value), Octets(0x60));

    public static McxKey FloorKeyOf(int index, int value = 0x70) => new(new KeyIdentifier(0x6000_0100 + (uint)index), Octets(value + index), Octets(0x80 + index));

    public static string IdOf(string name) => $"sip:{name}@mcx.example";

    public IReadOnlyList<McxEndpoint> Endpoints => _endpoints;

    public string OperatorSocket => _folder.File("operator.sock");

    public IPEndPoint SipEndPoint(SipTransportKind transport) => _server.SipEndPoint(transport);

    /// <summary>A client is up with its own answer; the server has its leg a little later.</summary>
    public Task HasLegsAsync(int count) =>
        Eventually.IsTrueAsync(() => _server.MediaCounters.Legs == count, () => $"it has {_server.MediaCounters.Legs} legs, not {count}");

    public string File(string name) => _folder.File(name);

    /// <summary>A started endpoint of that user; disposed with the system.</summary>
    public McxEndpoint Endpoint(
        string name, SipTransportKind transport = SipTransportKind.Tcp, bool multicast = false, string? password = null, EndpointOptions? options = null,
        McxKey? bearerKey = null, McxKey? floorKey = null, string serverName = "mcx.example", IPEndPoint? serverAt = null)
    {
        int index = Array.IndexOf(Names, name);
        var profile = new ClientProfile
        {
            McpttId = IdOf(name),
            SipUser = $"sip:u-{name}@mcx.example",
            Password = password ?? $"secret of {name}",
            AuthenticationUser = $"u-{name}",
            Realm = "mcx.example",
            ClientId = $"urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a000{index}",
            Server = serverAt ?? _server.SipEndPoint(transport),
            ServerUri = "sip:mcptt@mcx.example",
            Transport = transport,
            ServerTls = transport == SipTransportKind.Tls ? new ServerTls(serverName, CertificatePath) : null,
            LocalAddress = SipAddress,
            MediaAddress = MediaAddress,
            MulticastInterface = multicast ? IPAddress.Loopback : null,
            BearerKey = multicast ? bearerKey ?? MscckOf() : null,
            ClientServerKey = CskOf(index),
            Groups =
            [
                new ProfileGroup(name == "carol" ? Rail : Fire, GmkOf(name == "carol" ? 1 : 0)) { FloorKey = multicast ? floorKey ?? FloorKeyOf(name == "carol" ? 1 : 0) : null },
                new ProfileGroup(Major, GmkOf(2), Affiliate: false) { FloorKey = multicast ? FloorKeyOf(2) : null },
            ],
        };
        var endpoint = new McxEndpoint(profile, options);
        _profiles.Add(profile);
        _endpoints.Add(endpoint);
        endpoint.Start();
        return endpoint;
    }

    /// <summary>Writes that user's profile file for the command line; an endpoint of the same user must not run beside it.</summary>
    public string ProfileFile(string name)
    {
        int index = Array.IndexOf(Names, name);
        string path = _folder.File($"{name}.yaml");
        System.IO.File.WriteAllText(path, $"""
            mcptt-id: {IdOf(name)}
            sip-user: sip:u-{name}@mcx.example
            password: secret of {name}
            client-id: urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a000{index}
            server:
              address: 127.0.0.1
              port: {_server.SipEndPoint(SipTransportKind.Tcp).Port}
            local:
              address: 127.0.0.1
            csk: {Key("id", 0x2000_0000 + index, "key", 0x30 + index, 0x40 + index)}
            groups:
              - {Key("gmk-id", 0x100, "gmk", 0x10, 0x20)[..^1]}, id: "{Fire}" {'}'}
            """);
        return path;

        static string Key(string idName, int id, string keyName, int key, int rand) =>
            $"{'{'} {idName}: \"{id:x8}\", {keyName}: \"{Convert.ToHexStringLower(Octets(key))}\", rand: \"{Convert.ToHexStringLower(Octets(rand))}\" {'}'}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await _server.DisposeAsync();
        foreach (ClientProfile profile in _profiles)
            profile.Dispose();
        _folder.Dispose();
    }

    private static McGroup Group(string id, int key, bool multicast, FloorPolicy? floor, params string[] members) => new()
    {
        Id = id,
        Multicast = multicast,
        AllowConferenceState = true,
        PreconfiguredGroupUseOnly = id == Major,
        GroupMasterKey = GmkOf(key),
        FloorKey = multicast ? FloorKeyOf(key) : null,
        FloorPolicy = floor ?? new FloorPolicy(),
        Members = members.ToDictionary(IdOf, name => new GroupMember { McpttId = IdOf(name) }, StringComparer.Ordinal),
    };

    private static GroupMasterKey GmkOf(int index) =>
        new(new KeyIdentifier(0x0000_0100 + (uint)index), Octets(0x10 + index), Octets(0x20 + index));

    private static ClientServerKey CskOf(int index) =>
        new(new KeyIdentifier(0x2000_0000 + (uint)index), Octets(0x30 + index), Octets(0x40 + index));

    private static byte[] Octets(int value) => [.. Enumerable.Repeat((byte)value, 16)];

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
