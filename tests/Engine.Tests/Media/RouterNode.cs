using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaEngine.Media;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A media node without sockets: a router, its queues and the addresses it would have.</summary>
internal sealed class RouterNode : IMulticastOutput, IReportSink
{
    public RouterNode(int number, RouterLimits? limits = null)
    {
        var address = IPAddress.Parse($"198.51.100.{number}");
        AudioAddress = new IPEndPoint(address, 7000);
        FloorAddress = new IPEndPoint(address, 7002);
        Router = new CallRouter(limits ?? new RouterLimits(), Audio, Floor, this, this) { Entropy = new SeededEntropy(number) };
    }

    public CallRouter Router { get; }

    public IPEndPoint AudioAddress { get; }

    public IPEndPoint FloorAddress { get; }

    public SendQueue Audio { get; } = new(128);

    public SendQueue Floor { get; } = new(128);

    public SendQueue Multicast { get; } = new(128);

    public List<MediaReport> Reports { get; } = [];

    public long Dropped(MediaDrop reason) => Router.ReadCounters().Dropped(reason);

    public void Clear()
    {
        foreach (SendQueue queue in (ReadOnlySpan<SendQueue>)[Audio, Floor, Multicast])
        {
            queue.BeginPayload([]);
            queue.Clear();
        }
    }

    public bool TryAcquire(
        MulticastBearer bearer, [NotNullWhen(true)] out SendQueue? queue, [NotNullWhen(false)] out string? reason)
    {
        queue = Multicast;
        reason = null;
        return true;
    }

    public void Release(MulticastBearer bearer)
    {
    }

    public void Report(MediaReport report) => Reports.Add(report);
}
