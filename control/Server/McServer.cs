using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>One MC system with everything it runs on: SIP stack, control loop, store and media node, in this process.</summary>
public sealed class McServer : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly MediaNode _media;
    private readonly SipCertificates? _sipCertificates;
    private readonly SipStack _sip;
    private readonly ControlLoop _loop;
    private readonly KmsHost? _kms;
    private readonly ServerConfiguration _configuration;
    private readonly ILogger _logger;
    private OperatorHttpService? _operator;

    /// <param name="identities">Its keys of the KMS; must outlive the server. Null: those of the configured KMS, if there is one.</param>
    /// <exception cref="ConfigurationException">The store cannot be used, or keys are to be managed without the means.</exception>
    public McServer(ServerConfiguration configuration, Organisation organisation, ILoggerFactory loggers, ServerIdentities? identities = null)
    {
        ILogger logger = loggers.CreateLogger("mcx");
        _configuration = configuration;
        _logger = logger;
        // Before the store: who has no store yet gets a store key here.
        _kms = configuration.Kms is null ? null : KmsHost.Open(configuration, organisation, logger);
        if (identities is null && _kms is not null)
        {
            identities = _kms.Identities;
            _kms.Renewed = renewed => _loop!.Use(renewed);
        }
        StoreSeal? seal = StoreSeal.Load(
            configuration.StoreKeyPath, Environment.GetEnvironmentVariable(StoreSeal.EnvironmentVariable), mayCreate: !SqliteStore.IsSealed(configuration.StorePath));
        CheckKeyManagement(configuration, organisation, identities is not null, seal is not null);
        IEntropy entropy = SystemEntropy.Instance;
        _media = new MediaNode(
            new MediaNodeOptions
            {
                Address = configuration.MediaAddress,
                AdvertisedAddress = configuration.AdvertisedMediaAddress,
                AudioPort = configuration.AudioPort,
                FloorPort = configuration.FloorPort,
                Shards = configuration.Shards,
            });
        logger.Log(SrtpCipher.SelfTestFailed ? LogLevel.Warning : LogLevel.Information, "srtp-cipher AES-GCM runs on {Reason}", SrtpCipher.Reason);
        _store = new SqliteStore(configuration.StorePath, seal);
        DurableState durable = _store.Load();
        var options = new McxOptions
        {
            ServerUri = configuration.ServerUri,
            GroupManagementUri = configuration.GroupManagementUri,
            HostName = configuration.Domain,
            Realm = configuration.Domain,
            Multicast = configuration.Multicast,
            Keys = configuration.Keys,
            SessionTimer = configuration.SessionTimer,
            SentBy = destination => _sip!.SentBy(destination),
            MediaAddressesOf = call =>
            {
                MediaEndpoints endpoints = _media.EndpointsFor(new CallId(call));
                return new MediaAddresses(endpoints.Audio, endpoints.Floor);
            },
        };
        var system = new McSystem(organisation, options, durable, entropy, SystemClock.WallClockAtZero);
        logger.LogInformation(
            "store-loaded {Path}: {Registrations} registrations, {Affiliations} affiliations, {Regroups} regroups in effect",
            configuration.StorePath, durable.Registrations.Count, durable.Affiliations.Count, durable.Regroups.Count);
        _loop = new ControlLoop(system, _store, _media, configuration, identities, entropy, logger);
        _sipCertificates = SipCertificates.Open(configuration, logger);
        _sip = new SipStack(
            configuration.SipLimits with { Listen = configuration.SipListeners, Tls = _sipCertificates?.Options }, _loop, entropy);
    }

    /// <summary>Binds the media and SIP ports and starts answering.</summary>
    /// <exception cref="MediaBindException">A media port is not to be had.</exception>
    /// <exception cref="SipBindException">A SIP listener is not to be had.</exception>
    /// <exception cref="KmsBindException">The address of the KMS is not to be had.</exception>
    /// <exception cref="OperatorBindException">The operator's socket is not to be had.</exception>
    public void Start()
    {
        if (_configuration.OperatorSocketPath is { } operatorSocket)
            _operator = CreateOperator(operatorSocket);
        _kms?.Start();
        _media.Start();
        _loop.Start(_sip);
        _sip.Start();
        _operator?.StartAsync().GetAwaiter().GetResult();
    }

    /// <summary>Where the KMS is served; null without one.</summary>
    public Uri? KmsUrl => _kms?.Url;

    /// <summary>The first bound endpoint of that transport.</summary>
    public IPEndPoint SipEndPoint(SipTransportKind transport) => _sip.EndPoint(transport);

    /// <summary>All of them, once started.</summary>
    public IReadOnlyList<SipListen> SipListeners => _sip.Listeners;

    public MediaEndpoints MediaEndpoints => _media.EndpointsFor(default);

    public MediaCounters MediaCounters => _media.ReadCounters();

    public SipCounters SipCounters => _sip.Counters;

    /// <summary>Reads the MC system's state on its own thread.</summary>
    public Task<T> InspectAsync<T>(Func<McSystem, T> look)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_loop.Inspect(Look))
            completion.SetException(new InvalidOperationException("The control loop is full or has ended."));
        return completion.Task;

        void Look(McSystem system)
        {
            try
            {
                completion.SetResult(look(system));
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        }
    }

    private OperatorHttpService CreateOperator(string path)
    {
        var floors = new FloorWatchHub(_loop.WatchFloor, TimeProvider.System);
        _loop.FloorWatched = floors.Take;
        _loop.CallNotFound = floors.CallNotFound;
        var sources = new OperatorSources(
            () => InspectAsync(system => system.Calls),
            () => InspectAsync(system => OperatorHealth.Of(system, MediaCounters, SipCounters, _sip.Transactions)), floors, TimeProvider.System);
        return new OperatorHttpService(path, sources, _configuration.OperatorHeartbeat, _logger);
    }

    private static void CheckKeyManagement(ServerConfiguration configuration, Organisation organisation, bool hasIdentities, bool hasSeal)
    {
        if (hasIdentities && !hasSeal)
            throw new ConfigurationException($"{configuration.StorePath}: would hold managed keys in clear; set store-key in the server's configuration, or {StoreSeal.EnvironmentVariable}.");
        if (configuration.Multicast is { ControlKey: null } && !hasIdentities)
            throw new ConfigurationException($"{configuration.OrganisationPath}: no KMS is configured, so nobody can get the bearer's MSCCK; add multicast.mscck to the server's configuration and the clients' profiles, or a kms section.");
        string? managed = organisation.Groups.FirstOrDefault(group => group.GroupMasterKey is null)?.Id
            ?? organisation.Users.FirstOrDefault(user => user is { ClientServerKey: null, PlainSip: null })?.McpttId;
        // It would wait for ever for what nobody can make or open.
        if (managed is not null && !hasIdentities)
            throw new ConfigurationException($"{configuration.OrganisationPath}: {managed} has no configured key, and no KMS is configured; add gmk or csk there, or a kms section to the server's configuration.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_operator is not null)
            await _operator.DisposeAsync().ConfigureAwait(false);
        await _sip.DisposeAsync().ConfigureAwait(false);
        _sipCertificates?.Dispose();
        _loop.Dispose();
        _media.Dispose();
        _store.Dispose();
        if (_kms is not null)
            await _kms.DisposeAsync().ConfigureAwait(false);
    }
}
