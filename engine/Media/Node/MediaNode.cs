using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace MediaEngine.Media;

/// <summary>The media plane of one process: owns the shards, each a thread with its own sockets and calls.</summary>
public sealed class MediaNode : IMediaPlane, IDisposable
{
    private const int MaxShards = 64;

    private readonly MediaNodeOptions _options;
    private readonly ReportQueue _reports;
    private MediaShard[] _shards = [];
    private bool _disposed;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public MediaNode(MediaNodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        _options = options;
        _reports = new ReportQueue(options.MaxReports);
    }

    public ChannelReader<MediaReport> Reports => _reports.Reader;

    /// <summary>Binds, compiles the packet path and starts. Throws <see cref="MediaBindException"/>; then nothing is bound.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_shards.Length > 0)
            throw new InvalidOperationException("The media node runs already.");
        WarmUp.Run();
        var shards = new List<MediaShard>();
        try
        {
            for (int i = 0; i < _options.Shards; i++)
                shards.Add(CreateShard(i));
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
        shards.ForEach(shard => shard.Start());
        _shards = [.. shards];
    }

    public MediaEndpoints EndpointsFor(CallId call)
    {
        MediaShard shard = ShardOf(call);
        return new MediaEndpoints(Advertised(shard.AudioEndPoint), Advertised(shard.FloorEndPoint));
    }

    public bool TrySubmit(MediaCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        MediaShard shard = ShardOf(command.Call);
        MediaCommand own = MediaCommandKeys.WithOwnKeys(command);
        if (shard.TrySubmit(own))
            return true;
        MediaCommandKeys.Dispose(own);
        return false;
    }

    public MediaCounters ReadCounters() =>
        ShardCounters.Snapshot([.. _shards.Select(shard => shard.Counters)], _reports.Lost);

    /// <summary>Stops the threads, closes all calls and zeroes their keys.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (MediaShard shard in _shards)
            shard.Dispose();
        _reports.Complete();
    }

    private MediaShard ShardOf(CallId call)
    {
        if (_shards.Length == 0)
            throw new InvalidOperationException("The media node is not started.");
        // Fibonacci hashing: consecutive calls spread over all shards.
        ulong hash = call.Value * 0x9E37_79B9_7F4A_7C15UL >> 32;
        return _shards[hash * (ulong)_shards.Length >> 32];
    }

    private IPEndPoint Advertised(IPEndPoint local) =>
        _options.AdvertisedAddress is null ? local : new IPEndPoint(_options.AdvertisedAddress, local.Port);

    private MediaShard CreateShard(int index)
    {
        UdpEndpoint audio = Bind("audio", nameof(MediaNodeOptions.AudioPort), PortOf(_options.AudioPort, index));
        UdpEndpoint? floor = null;
        try
        {
            floor = Bind("floor control", nameof(MediaNodeOptions.FloorPort), PortOf(_options.FloorPort, index));
            return new MediaShard(index, audio, floor, _options, _reports);
        }
        catch
        {
            floor?.Dispose();
            audio.Dispose();
            throw;
        }
    }

    private UdpEndpoint Bind(string what, string option, int port)
    {
        var local = new IPEndPoint(_options.Address, port);
        try
        {
            return new UdpEndpoint(local, _options.SocketBuffer_bytes);
        }
        catch (SocketException refused)
        {
            string wayOut = refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"stop the other program on UDP port {port} (ss -ulpn) or set {option} to another port",
                SocketError.AddressNotAvailable =>
                    $"set {nameof(MediaNodeOptions.Address)} to an address of this machine, or to 0.0.0.0",
                SocketError.AccessDenied => $"set {option} to a port from 1024 on",
                _ => $"set {nameof(MediaNodeOptions.Address)} and {option} to an address and port this machine can have",
            };
            throw new MediaBindException($"The {what} socket cannot have UDP {local}: {refused.Message}. Way out: {wayOut}.", refused);
        }
    }

    private static int PortOf(int first, int index) => first == 0 ? 0 : first + 2 * index;

    private static void Check(MediaNodeOptions options)
    {
        if (options.Address.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"{nameof(options.Address)} {options.Address} is not an IPv4 address.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Shards, MaxShards);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxCalls, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxLegsPerCall, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxGroupKeysPerCall, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSendersPerFunction, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxCommands, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxReports, 1);
        foreach (int port in new[] { options.AudioPort, options.FloorPort })
        {
            ArgumentOutOfRangeException.ThrowIfNegative(port);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(PortOf(port, options.Shards - 1), IPEndPoint.MaxPort);
        }
    }
}
