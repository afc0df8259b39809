using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Tool;

/// <summary>
/// A whole MC system on loopback with five clients, all in one process but joined by sockets alone. Every file it makes is
/// in <see cref="Folder"/>.
/// </summary>
public sealed class DemoWorld : IAsyncDisposable
{
    private const string Dispatcher = "dispatcher";

    private readonly ILoggerFactory _loggers;
    private readonly PcapWriter _capture;
    private readonly CaptureKeys _keys = new();
    private readonly Dictionary<string, DemoClient> _clients = [];

    private DemoWorld(string folder, McServer server, ILoggerFactory loggers, LadderView ladder)
    {
        Folder = folder;
        Server = server;
        _loggers = loggers;
        Ladder = ladder;
        _capture = new PcapWriter(Path.Combine(folder, "capture.pcap"));
    }

    public string Folder { get; }

    public McServer Server { get; }

    public LadderView Ladder { get; }

    internal IReadOnlyDictionary<string, DemoClient> Clients => _clients;

    /// <summary>Members of the two groups, in the ladder's order.</summary>
    public static IReadOnlyList<string> Members { get; } = ["alice", "bob", "carol", "dave"];

    /// <summary>Starts server and clients; the clients have not registered yet.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public static DemoWorld Start(string folder, TextWriter output)
    {
        Directory.CreateDirectory(folder);
        using var generated = new EmbeddedOrganisation { ManagesKeys = true };
        string configurationPath = Path.Combine(folder, DataFolder.ConfigurationName);
        SecretFile.Write(configurationPath, DataFolder.ConfigurationYaml(sipPort: 0, audioPort: 0, floorPort: 0, multicastPort: FreeUdpPort(), kmsPort: 0));
        SecretFile.Write(Path.Combine(folder, DataFolder.OrganisationName), generated.OrganisationYaml());
        DataFolder.PrepareKms(folder, generated, DateTimeOffset.UtcNow);
        ServerConfiguration configuration = ServerConfiguration.Load(configurationPath);
        // A store of an earlier run would hold regroups of users that no longer exist.
        foreach (string file in Directory.EnumerateFiles(folder, Path.GetFileName(configuration.StorePath) + "*"))
            File.Delete(file);
        Organisation organisation = OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain);
        ILoggerFactory loggers = LoggerFactory.Create(builder => builder.AddProvider(new FileLoggerProvider(Path.Combine(folder, "server.log"))));
        var server = new McServer(configuration, organisation, loggers);
        server.Start();
        var ladder = new LadderView([Dispatcher, "server", .. Members], output);
        var world = new DemoWorld(folder, server, loggers, ladder);
        world.AddClients(generated);
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DemoClient client in _clients.Values)
            await client.DisposeAsync().ConfigureAwait(false);
        await Server.DisposeAsync().ConfigureAwait(false);
        await _capture.DisposeAsync().ConfigureAwait(false);
        lock (_keys)
            _keys.Write(Path.Combine(Folder, "keys.json"));
        _loggers.Dispose();
        await File.WriteAllTextAsync(Path.Combine(Folder, "ladder.txt"), Ladder.Text).ConfigureAwait(false);
    }

    // Both transports, both kinds of delivery: fire-1 gets media by unicast, ambulance-2 by multicast.
    private void AddClients(EmbeddedOrganisation generated)
    {
        Add(generated, Dispatcher, SipTransportKind.Tcp, multicast: false);
        Add(generated, "alice", SipTransportKind.Tcp, multicast: false);
        Add(generated, "bob", SipTransportKind.Udp, multicast: false);
        Add(generated, "carol", SipTransportKind.Tcp, multicast: true);
        Add(generated, "dave", SipTransportKind.Udp, multicast: true);
    }

    private void Add(EmbeddedOrganisation generated, string name, SipTransportKind transport, bool multicast)
    {
        string path = DataFolder.ProfilePath(Folder, name);
        SecretFile.Write(path, generated.ProfileYaml(
            name, Server.SipEndPoint(transport), transport, IPAddress.Loopback, multicast ? IPAddress.Loopback : null, Server.KmsUrl));
        // Keys of an earlier run are of another organisation.
        File.Delete(KeyFile.Beside(path));
        var client = new DemoClient(name, ClientProfile.Load(path), Ladder, _capture, _keys, recordsMulticast: name == "dave", Path.Combine(Folder, "wav", name), KeyFile.Beside(path));
        _clients[name] = client;
        client.Endpoint.Start();
    }

    private static int FreeUdpPort()
    {
        using var probe = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.Client.LocalEndPoint!).Port;
    }
}
