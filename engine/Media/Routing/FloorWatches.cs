using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The watched calls of one shard. Costs the others nothing.</summary>
internal sealed class FloorWatches(IReportSink reports)
{
    private readonly List<FloorWatch> _watches = [];

    /// <summary>When <see cref="Publish"/> has something to do.</summary>
    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Never;
            foreach (FloorWatch watch in _watches)
            {
                if (watch.IsChanged)
                    earliest = Instant.Earlier(earliest, watch.Due);
            }
            return earliest;
        }
    }

    public void Begin(MediaCall call, Instant now)
    {
        if (call.Watch is null)
            _watches.Add(call.Watch = new FloorWatch(call, now));
        else
            call.Watch.IsChanged = true;
    }

    public void End(MediaCall call)
    {
        if (call.Watch is null)
            return;
        _watches.Remove(call.Watch);
        call.Watch = null;
    }

    /// <summary>The call is over: who watches hears it, whenever the last snapshot was.</summary>
    public void Close(MediaCall call, Instant now)
    {
        if (call.Watch is { } watch)
            Publish(watch, watch.TakeSnapshot(now) with { State = FloorServerState.StartStop });
        End(call);
    }

    /// <summary>Reports what changed, each call at most once in <see cref="FloorWatch.Interval"/>.</summary>
    public void Publish(Instant now)
    {
        foreach (FloorWatch watch in _watches)
        {
            if (watch.IsChanged && watch.Due <= now)
                Publish(watch, watch.TakeSnapshot(now));
        }
    }

    private void Publish(FloorWatch watch, FloorSnapshot snapshot)
    {
        if (watch.Report.Put(snapshot))
            reports.Report(watch.Report);
    }
}
