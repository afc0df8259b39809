using System.Collections.Concurrent;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A server in this process with one group, described by an organisation file: alice may make emergency calls, carol may revoke
/// and cancel, bob may nothing in particular.
/// </summary>
internal sealed class PolicySystem : IAsyncDisposable, ILoggerProvider, ILogger
{
    public const string Fire = "sip:fire@mcx.example";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly string[] Names = ["alice", "bob", "carol"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly List<ClientProfile> _profiles = [];
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly McServer _server;

    /// <param name="floor">Of the group, one line of YAML: <c>max-talkers: 2, …</c>.</param>
    /// <param name="broadcast">Of the group.</param>
    public PolicySystem(string floor = "", string broadcast = "never")
    {
        string file = _folder.File("organisation.yaml");
        File.WriteAllText(file, $$"""
            users:
            {{string.Join('\n', Names.Select(User))}}
            groups:
              - id: {{Fire}}
                multicast: false
                broadcast: {{broadcast}}
                gmk: { id: "00000100", key: "{{Hex(0x10)}}", rand: "{{Hex(0x20)}}" }
                floor: { {{floor}} }
                members:
                  - { mcptt-id: "{{IdOf("alice")}}" }
                  - { mcptt-id: "{{IdOf("bob")}}" }
                  - { mcptt-id: "{{IdOf("carol")}}", may-revoke: true, may-cancel-queued: true }
            """);
        _loggers = LoggerFactory.Create(builder => builder.AddProvider(this));
        var configuration = new ServerConfiguration
        {
            Domain = "mcx.example",
            SipListeners = [new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Loopback, 0))],
            MediaAddress = IPAddress.Loopback,
            StorePath = _folder.File("store.db"),
            OrganisationPath = file,
        };
        _server = new McServer(configuration, OrganisationFile.Load(file, configuration.Domain), _loggers);
        _server.Start();
    }

    public static string IdOf(string name) => $"sip:{name}@mcx.example";

    /// <summary>Everybody registers and affiliates; the first one calls, and everybody is in the call.</summary>
    public async Task<(McxEndpoint Endpoint, McxCall Call)[]> MeetAsync(
        CancellationToken cancellation, CallOptions? options = null, IEndpointTap? callersTap = null, params string[] names)
    {
        McxEndpoint[] endpoints = [.. names.Select(name => Endpoint(name, name == names[0] ? callersTap : null))];
        foreach (McxEndpoint endpoint in endpoints)
        {
            await endpoint.RegisterAsync(cancellation);
            await endpoint.AffiliateAsync([Fire], cancellation);
        }
        Task<CallUp>[] up = [.. endpoints[1..].Select(endpoint => endpoint.ExpectAsync<CallUp>(Soon, cancellation: cancellation))];
        McxCall outgoing = await endpoints[0].CallAsync(Fire, options, cancellation);
        await Task.WhenAll(up);
        // A member is up with its own answer, the server takes its floor control a little later.
        await Eventually.IsTrueAsync(() => _server.MediaCounters.Legs == names.Length);
        return [.. endpoints.Select(endpoint => (endpoint, endpoint == endpoints[0] ? outgoing : Assert.Single(endpoint.Calls)))];
    }

    /// <summary>The first line of the server's log with this text, once it is there.</summary>
    public async Task<string> LogAsync(string text, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Soon);
        while (true)
        {
            if (_log.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
                return found;
            await Task.Delay(10, limit.Token);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await _server.DisposeAsync();
        foreach (ClientProfile profile in _profiles)
            profile.Dispose();
        _loggers.Dispose();
        _folder.Dispose();
    }

    private McxEndpoint Endpoint(string name, IEndpointTap? tap)
    {
        int index = Array.IndexOf(Names, name);
        var profile = new ClientProfile
        {
            McpttId = IdOf(name),
            SipUser = $"sip:u-{name}@mcx.example",
            Password = $"secret of {name}",
            AuthenticationUser = $"u-{name}",
            Realm = "mcx.example",
            ClientId = $"urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a000{index}",
            Server = _server.SipEndPoint(SipTransportKind.Tcp),
            ServerUri = "sip:mcptt@mcx.example",
            Transport = SipTransportKind.Tcp,
            LocalAddress = IPAddress.Loopback,
            ClientServerKey = new ClientServerKey(new KeyIdentifier(0x2000_0000 + (uint)index), Octets(0x30 + index), Octets(0x40 + index)),
            Groups = [new ProfileGroup(Fire, new GroupMasterKey(new KeyIdentifier(0x100), Octets(0x10), Octets(0x20)))],
        };
        var endpoint = new McxEndpoint(profile, new EndpointOptions { Tap = tap });
        _profiles.Add(profile);
        _endpoints.Add(endpoint);
        endpoint.Start();
        return endpoint;
    }

    private static string User(string name, int index) => $$"""
          - mcptt-id: {{IdOf(name)}}
            sip-identity: sip:u-{{name}}@mcx.example
            password: secret of {{name}}
            allow-emergency-group-call: {{(name == "alice" ? "true" : "false")}}
            csk: { id: "2000000{{index}}", key: "{{Hex(0x30 + index)}}", rand: "{{Hex(0x40 + index)}}" }
        """;

    private static string Hex(int value) => Convert.ToHexStringLower(Octets(value));

    private static byte[] Octets(int value) => [.. Enumerable.Repeat((byte)value, 16)];
}
