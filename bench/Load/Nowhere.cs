using System.Diagnostics.CodeAnalysis;
using MediaEngine.Media;

namespace MediaEngine.Bench.Load;

/// <summary>Where a router's reports and multicast go when nobody wants them.</summary>
internal sealed class Nowhere : IMulticastOutput, IReportSink
{
    public bool TryAcquire(
        MulticastBearer bearer, [NotNullWhen(true)] out SendQueue? queue, [NotNullWhen(false)] out string? reason)
    {
        queue = null;
        reason = "no bearer";
        return false;
    }

    public void Release(MulticastBearer bearer)
    {
    }

    public void Report(MediaReport report)
    {
        if (report is CommandRefused refused)
            throw new InvalidOperationException(refused.ToString());
    }
}
