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
    private readonly SipStack _sip;
    private readonly ControlLoop _loop;

    /// <exception cref="ConfigurationException">The store cannot be used.</exception>
    public McServer(ServerConfiguration configuration, Organisation organisation, ILoggerFactory loggers)
    {
        IEntropy entropy = SystemEntropy.Instance;
        ILogger logger = loggers.CreateLogger("mcx");
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
        _store = new SqliteStore(configuration.StorePath);
        DurableState durable = _store.Load();
        var options = new McxOptions
        {
            ServerUri = configuration.ServerUri,
            HostName = configuration.Domain,
            Realm = configuration.Domain,
            Multicast = configuration.Multicast,
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
        _loop = new ControlLoop(system, _store, _media, configuration, logger);
        _sip = new SipStack(new SipStackOptions { Listen = configuration.SipListeners }, _loop, entropy);
    }

    /// <summary>Binds the media and SIP ports and starts answering.</summary>
    /// <exception cref="MediaBindException">A media port is not to be had.</exception>
    /// <exception cref="SipBindException">A SIP listener is not to be had.</exception>
    public void Start()
    {
        _media.Start();
        _loop.Start(_sip);
        _sip.Start();
    }

    public IPEndPoint SipEndPoint(SipTransportKind transport) => _sip.EndPoint(transport);

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

    public async ValueTask DisposeAsync()
    {
        await _sip.DisposeAsync().ConfigureAwait(false);
        _loop.Dispose();
        _media.Dispose();
        _store.Dispose();
    }
}
