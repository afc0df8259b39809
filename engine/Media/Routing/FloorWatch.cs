using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The eye on the floor of one call: remembers its decisions and takes snapshots.</summary>
internal sealed class FloorWatch
{
    /// <summary>The shortest time between two snapshots: a flood of requests makes no flood of reports.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly MediaCall _call;
    private readonly List<FloorDecision> _decisions = [];
    private readonly List<int> _talkers = [];
    private long _decided;
    private bool _awaitsMedia;

    public FloorWatch(MediaCall call, Instant now)
    {
        _call = call;
        Report = new FloorWatched(call.Id);
        Due = now;
        foreach (FloorTalkerStatus talker in TalkersAt(now))
            _talkers.Add(talker.Participant);
    }

    public FloorWatched Report { get; }

    /// <summary>When the next snapshot may be taken.</summary>
    public Instant Due { get; private set; }

    /// <summary>Something changed since the last snapshot.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>Takes in what the arbiter just did.</summary>
    public void Note(FloorEffects effects, Instant now)
    {
        // The first media of a talker starts T2 without an effect.
        IsChanged |= effects.Count > 0 || _awaitsMedia;
        for (int i = 0; i < effects.Count; i++)
            Note(effects[i], now);
    }

    public FloorSnapshot TakeSnapshot(Instant now)
    {
        FloorTalkerStatus[] talkers = TalkersAt(now);
        var waiting = new FloorWaitingStatus[_call.Arbiter?.QueueLength ?? 0];
        for (int i = 0; i < waiting.Length; i++)
            waiting[i] = _call.Arbiter!.WaitingAt(i);
        _awaitsMedia = talkers.Any(talker => !talker.IsTimed);
        IsChanged = false;
        Due = now + Interval;
        return new FloorSnapshot(
            _call.Id, now, _call.Arbiter?.State, ImmutableCollectionsMarshal.AsImmutableArray(talkers),
            ImmutableCollectionsMarshal.AsImmutableArray(waiting), [.. _decisions]);
    }

    private FloorTalkerStatus[] TalkersAt(Instant now)
    {
        var talkers = new FloorTalkerStatus[_call.Arbiter?.TalkerCount ?? 0];
        for (int i = 0; i < talkers.Length; i++)
            talkers[i] = _call.Arbiter!.TalkerAt(i, now);
        return talkers;
    }

    private void Note(in FloorEffect effect, Instant now)
    {
        switch (effect.Kind)
        {
            case FloorEffectKind.FloorTaken:
                ReleaseAll(now);
                Grant(effect.Participant, now);
                break;
            case FloorEffectKind.TalkerAdded:
                Grant(effect.Participant, now);
                break;
            case FloorEffectKind.TalkerEnded:
                _talkers.Remove(effect.Participant);
                Decide(FloorDecisionKind.Released, effect.Participant, 0, now);
                break;
            case FloorEffectKind.FloorIdle:
                ReleaseAll(now);
                break;
            case FloorEffectKind.Send when effect.MessageType == FloorMessageType.Deny:
                Decide(FloorDecisionKind.Denied, effect.Participant, effect.Cause, now);
                break;
            case FloorEffectKind.Send when effect.MessageType == FloorMessageType.Revoke:
                DecideOnce(FloorDecisionKind.Revoked, effect.Participant, effect.Cause, now);
                break;
            case FloorEffectKind.Send when effect.MessageType == FloorMessageType.QueuePositionInfo:
                DecideOnce(FloorDecisionKind.Queued, effect.Participant, 0, now);
                break;
            default:
                break;
        }
    }

    private void Grant(int participant, Instant now)
    {
        _talkers.Add(participant);
        Decide(FloorDecisionKind.Granted, participant, 0, now);
    }

    private void ReleaseAll(Instant now)
    {
        foreach (int talker in _talkers)
            Decide(FloorDecisionKind.Released, talker, 0, now);
        _talkers.Clear();
    }

    // Timers repeat these messages, and positions change: that is no new decision.
    private void DecideOnce(FloorDecisionKind kind, int participant, ushort cause, Instant now)
    {
        FloorDecision? last = _decisions.FindLast(decision => decision.Leg.Value == participant);
        if (last?.Kind != kind || last.Cause != cause)
            Decide(kind, participant, cause, now);
    }

    private void Decide(FloorDecisionKind kind, int participant, ushort cause, Instant now)
    {
        string? mcpttId = _call.Legs.TryGetValue(participant, out MediaLeg? leg) ? leg.McpttId
            : _call.PlainLegs.TryGetValue(participant, out PlainLeg? plain) ? plain.Profile.McpttId : null;
        if (mcpttId is null)
            return;
        if (_decisions.Count == FloorSnapshot.MaxDecisions)
            _decisions.RemoveAt(0);
        _decisions.Add(new FloorDecision(++_decided, now, kind, new LegId(participant), mcpttId, cause));
    }
}
