using System.Net;
using System.Net.Sockets;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// The embedded organisation with a server process that can be killed and started again on the same ports and store, and its
/// five clients: dispatcher, alice and carol over TCP, bob and dave over UDP.
/// </summary>
internal sealed class DurableSystem : IAsyncDisposable
{
    public static readonly string[] Members = ["alice", "bob", "carol", "dave"];

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedOrganisation _organisation = new();
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly List<ClientProfile> _profiles = [];
    private readonly int _sipPort = FreePort();

    public DurableSystem()
    {
        Configuration = _folder.File(DataFolder.ConfigurationName);
        SecretFile.Write(Configuration, DataFolder.ConfigurationYaml(_sipPort, audioPort: 0, floorPort: 0));
        SecretFile.Write(_folder.File(DataFolder.OrganisationName), _organisation.OrganisationYaml());
    }

    public string Configuration { get; }

    public string StorePath => _folder.File("mediaengine.db");

    /// <summary>The store, which no server has open.</summary>
    public SqliteStore OpenStore() => new(StorePath, StoreSeal.Load(_folder.File("store.key"), environment: null, mayCreate: false));

    public ServerProcess? Process { get; private set; }

    public async Task StartAsync(CancellationToken cancellation)
    {
        Process?.Dispose();
        Process = new ServerProcess(Configuration);
        await Process.WaitUntilReadyAsync(cancellation);
    }

    /// <summary>A second configuration with other ports and the same store.</summary>
    public string RivalConfiguration()
    {
        string path = _folder.File("rival.yaml");
        SecretFile.Write(path, DataFolder.ConfigurationYaml(sipPort: 0, audioPort: 0, floorPort: 0));
        return path;
    }

    /// <summary>A started endpoint; disposed with the system.</summary>
    public McxEndpoint Endpoint(string name, IEndpointTap? tap = null)
    {
        SipTransportKind transport = name is "bob" or "dave" ? SipTransportKind.Udp : SipTransportKind.Tcp;
        string path = _folder.File($"{name}-{_profiles.Count}.yaml");
        SecretFile.Write(path, _organisation.ProfileYaml(name, new IPEndPoint(IPAddress.Loopback, _sipPort), transport, IPAddress.Loopback, null));
        ClientProfile profile = ClientProfile.Load(path);
        var endpoint = new McxEndpoint(profile, new EndpointOptions { Tap = tap });
        _profiles.Add(profile);
        _endpoints.Add(endpoint);
        endpoint.Start();
        return endpoint;
    }

    public static string GroupOf(string name) => name is "alice" or "bob" ? EmbeddedOrganisation.FireGroup : EmbeddedOrganisation.AmbulanceGroup;

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        Process?.Dispose();
        foreach (ClientProfile profile in _profiles)
            profile.Dispose();
        _folder.Dispose();
    }

    /// <summary>Free for UDP and TCP at this moment.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(udp.LocalEndPoint!);
                return ((IPEndPoint)udp.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // UDP's port is another program's over TCP: the next one.
            }
        }
    }
}
