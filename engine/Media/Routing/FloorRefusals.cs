using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>What a leg sent without a right to it: counted always, reported seldom.</summary>
internal sealed class FloorRefusals
{
    private long _unreported;
    private Instant _nextReport = Instant.Zero;

    /// <summary>Looks through what one datagram of the leg led to.</summary>
    public static void Note(MediaLeg leg, RouterState state, IReportSink reports, Instant now)
    {
        for (int i = 0; i < state.Effects.Count; i++)
        {
            ref readonly FloorEffect effect = ref state.Effects[i];
            if (effect.Kind == FloorEffectKind.NotAllowed)
                leg.Refusals.Note(leg, effect.MessageType, state.Counters, reports, now);
        }
    }

    private void Note(MediaLeg leg, FloorMessageType type, ShardCounters counters, IReportSink reports, Instant now)
    {
        counters.Drop(MediaDrop.FloorNotAllowed);
        _unreported++;
        if (now < _nextReport)
            return;
        reports.Report(new FloorMessagesRefused(leg.Call.Id, leg.Id, type, _unreported));
        _unreported = 0;
        _nextReport = now + FloorMessagesRefused.Interval;
    }
}
