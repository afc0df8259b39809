using System.Threading.Channels;

namespace MediaEngine.Media;

/// <summary>
/// Bounded way of reports out of the media threads. When it is full, changes of talker that a later one of the same call
/// makes obsolete are thrown out, then the oldest change of talker; the rest the control plane must not miss, so a queue
/// full of those refuses the newest.
/// </summary>
internal sealed class ReportQueue : IReportSink
{
    private readonly Channel<MediaReport> _channel;
    private long _lost;

    public ReportQueue(int capacity) => _channel = Channel.CreateBounded<MediaReport>(capacity);

    public ChannelReader<MediaReport> Reader => _channel.Reader;

    public long Lost => Volatile.Read(ref _lost);

    public void Report(MediaReport report)
    {
        if (_channel.Writer.TryWrite(report))
            return;
        Thin();
        WriteOrLose(report);
    }

    public void Complete() => _channel.Writer.TryComplete();

    private void Thin()
    {
        var waiting = new List<MediaReport>();
        while (_channel.Reader.TryRead(out MediaReport? report))
            waiting.Add(report);
        var newest = new Dictionary<CallId, MediaReport>();
        foreach (MediaReport report in waiting)
        {
            if (report is FloorChanged)
                newest[report.Call] = report;
        }
        int obsolete = waiting.RemoveAll(report => report is FloorChanged && !ReferenceEquals(newest[report.Call], report));
        int oldest = obsolete > 0 ? -1 : waiting.FindIndex(report => report is FloorChanged);
        if (oldest >= 0)
            waiting.RemoveAt(oldest);
        Interlocked.Add(ref _lost, obsolete + (oldest >= 0 ? 1 : 0));
        foreach (MediaReport report in waiting)
            WriteOrLose(report);
    }

    private void WriteOrLose(MediaReport report)
    {
        if (_channel.Writer.TryWrite(report))
            return;
        Interlocked.Increment(ref _lost);
        // Emptied, so that the next state is reported again.
        (report as FloorWatched)?.Take();
    }
}
