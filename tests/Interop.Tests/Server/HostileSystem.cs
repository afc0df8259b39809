using System.Collections.Concurrent;
using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Interop.Tests;

/// <summary>A server in this process on real sockets with the embedded organisation, for clients that misbehave.</summary>
internal sealed class HostileSystem : IAsyncDisposable, ILoggerProvider
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedOrganisation _organisation = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly List<IDisposable> _disposables = [];
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly ILoggerFactory _loggers;
    private readonly ServerConfiguration _configuration;
    private readonly Organisation _served;
    private readonly ServerIdentities? _identities;

    /// <param name="prepareStore">Does something to the store's file before the server opens it.</param>
    /// <param name="kms">The server manages all keys, with identities of this KMS; the dispatcher may ask for new ones.</param>
    public HostileSystem(Action<string>? prepareStore = null, TestKms? kms = null)
    {
        SecretFile.Write(_folder.File(DataFolder.ConfigurationName), DataFolder.ConfigurationYaml(0, 0, 0));
        SecretFile.Write(_folder.File(DataFolder.OrganisationName), _organisation.OrganisationYaml());
        ServerConfiguration configuration = ServerConfiguration.Load(_folder.File(DataFolder.ConfigurationName)) with { Multicast = null };
        prepareStore?.Invoke(configuration.StorePath);
        _loggers = LoggerFactory.Create(builder => builder.AddProvider(this));
        Organisation organisation = OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain);
        if (kms is not null)
        {
            _identities = kms.IssueServer();
            organisation = Managed(organisation);
            configuration = configuration with
            {
                StoreKeyPath = _folder.File("store.key"),
                Keys = new KeyOptions { Lead = TimeSpan.FromSeconds(1), Overlap = TimeSpan.FromSeconds(1) },
            };
        }
        _configuration = configuration;
        _served = organisation;
        Server = new McServer(configuration, organisation, _loggers, _identities);
        Server.Start();
    }

    public static Organisation Managed(Organisation organisation) => new(
        organisation.Domain,
        organisation.Users.Select(user => user with { ClientServerKey = null, MayManageKeys = user.AllowRegroup }),
        organisation.Groups.Select(group => group with { GroupMasterKey = null }));

    /// <summary>The server stops and another one begins with its store, at other ports.</summary>
    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        Server = new McServer(_configuration, _served, _loggers, _identities);
        Server.Start();
    }

    public McServer Server { get; private set; }

    /// <summary>Errors in the log.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public ClientProfile Profile(string name)
    {
        string path = _folder.File($"{name}-{_disposables.Count}.yaml");
        SecretFile.Write(path, _organisation.ProfileYaml(name, Server.SipEndPoint(SipTransportKind.Tcp), SipTransportKind.Tcp, IPAddress.Loopback, null));
        ClientProfile profile = ClientProfile.Load(path);
        _disposables.Add(profile);
        return profile;
    }

    /// <summary>A well-behaved client, registered and affiliated to its group.</summary>
    public async Task<McxEndpoint> MemberAsync(string name, CancellationToken cancellation, IEndpointTap? tap = null)
    {
        var endpoint = new McxEndpoint(Profile(name), new EndpointOptions { Tap = tap });
        _endpoints.Add(endpoint);
        endpoint.Start();
        await endpoint.RegisterAsync(cancellation);
        if (name != "dispatcher")
            await endpoint.AffiliateAsync([DurableSystem.GroupOf(name)], cancellation);
        return endpoint;
    }

    /// <summary>What the server holds: registrations, affiliations, regroups, calls.</summary>
    public Task<(int Registrations, int Affiliations, int Regroups, int Calls)> HeldAsync() =>
        Server.InspectAsync(system => (system.Registrations.Count, system.Affiliations.Count, system.Regroups.Count, system.CallCount));

    /// <summary>No fault was logged, and two clients that come now register, call and hear each sample.</summary>
    public async Task AssertServesAsync(CancellationToken cancellation)
    {
        McxEndpoint carol = await MemberAsync("carol", cancellation);
        McxEndpoint dave = await MemberAsync("dave", cancellation);
        Task<BurstReceived> heard = dave.ExpectAsync<BurstReceived>(Soon, cancellation: cancellation);
        McxCall call = await carol.CallAsync(EmbeddedOrganisation.AmbulanceGroup, null, cancellation);
        short[] said = [.. Enumerable.Range(0, 1600).Select(i => (short)(9000 * Math.Sin(i / 5.0)))];
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(said, cancellation));
        Assert.Equal(G711.RoundTrip(said), (await heard).Burst.Samples);
        await call.HangUpAsync();
        Assert.Empty(_faults);
        Assert.Equal(0, Server.SipCounters[SipCounter.UserErrors]);
    }

    public ILogger CreateLogger(string categoryName) => new FaultLogger(_faults);

    public void Dispose()
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await Server.DisposeAsync();
        foreach (IDisposable disposable in _disposables)
            disposable.Dispose();
        _loggers.Dispose();
        _folder.Dispose();
    }

    private sealed class FaultLogger(ConcurrentQueue<string> faults) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                faults.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
