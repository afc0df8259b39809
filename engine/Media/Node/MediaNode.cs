using System.Threading.Channels;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The media plane of one process: owns the shards, each a thread with its own sockets and calls.</summary>
public sealed class MediaNode : IMediaPlane, IDisposable
{
    private readonly Channel<MediaReport> _reports;
    private readonly MediaNodeOptions _options;
    private readonly IEntropy _entropy;

    public MediaNode(MediaNodeOptions options, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entropy);
        _options = options;
        _entropy = entropy;
        _reports = Channel.CreateBounded<MediaReport>(options.MaxReports);
    }

    public ChannelReader<MediaReport> Reports => _reports.Reader;

    /// <summary>Binds and starts. Throws <see cref="MediaBindException"/>.</summary>
    public void Start() => throw new NotSupportedException($"{_options.Shards} shards, {_entropy}");

    public MediaEndpoints EndpointsFor(CallId call) => throw new NotSupportedException();

    public bool TrySubmit(MediaCommand command) => throw new NotSupportedException();

    public MediaCounters ReadCounters() => new(new long[Enum.GetValues<MediaDrop>().Length]);

    public void Dispose()
    {
    }
}
