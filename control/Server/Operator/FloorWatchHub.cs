using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>
/// Who watches which call: the media plane is asked to report a floor while at least one feed wants it. Any thread.
/// </summary>
/// <param name="watch">Asks the media plane to begin or end reports about a call; false when it is too busy.</param>
/// <param name="time">The wall clock.</param>
internal sealed class FloorWatchHub(Func<ulong, bool, bool> watch, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Watched> _calls = [];

    /// <summary>The feed gets the floor of that call now and whenever it changes. False when the server is too busy.</summary>
    public bool Add(FloorFeed feed, ulong call, string group)
    {
        lock (_lock)
        {
            if (_calls.TryGetValue(call, out Watched? watched))
            {
                if (watched.Feeds.Add(feed) && watched.Newest is { } newest)
                    feed.Offer(call, newest);
                return true;
            }
            _calls.Add(call, new Watched(group) { Feeds = { feed } });
            if (watch(call, true))
                return true;
            _calls.Remove(call);
            return false;
        }
    }

    /// <summary>The feed gets nothing any more.</summary>
    public void Remove(FloorFeed feed)
    {
        lock (_lock)
        {
            foreach ((ulong call, Watched watched) in _calls.ToArray())
            {
                if (!watched.Feeds.Remove(feed) || watched.Feeds.Count > 0)
                    continue;
                _calls.Remove(call);
                watch(call, false);
            }
        }
    }

    /// <summary>A report of the media plane.</summary>
    public void Take(FloorWatched report)
    {
        if (report.Take() is not { } snapshot)
            return;
        lock (_lock)
        {
            if (!_calls.TryGetValue(report.Call.Value, out Watched? watched))
                return;
            Offer(report.Call.Value, watched, watched.Tell(snapshot, time.GetUtcNow()));
        }
    }

    /// <summary>The call was over before it could be watched.</summary>
    public void CallNotFound(ulong call)
    {
        lock (_lock)
        {
            if (_calls.TryGetValue(call, out Watched? watched))
                Offer(call, watched, new OperatorFloor(watched.Group, Name(call), time.GetUtcNow(), OperatorFloorState.Ended, [], [], []));
        }
    }

    /// <summary>The call's number as the operator sees it.</summary>
    public static string Name(ulong call) => $"{call:x}";

    private void Offer(ulong call, Watched watched, OperatorFloor floor)
    {
        watched.Newest = floor;
        foreach (FloorFeed feed in watched.Feeds)
            feed.Offer(call, floor);
        if (floor.State == OperatorFloorState.Ended)
            _calls.Remove(call);
    }

    private sealed class Watched(string group)
    {
        private TimeSpan? _wallClockAhead;

        public string Group { get; } = group;

        public HashSet<FloorFeed> Feeds { get; } = [];

        public OperatorFloor? Newest { get; set; }

        public OperatorFloor Tell(FloorSnapshot snapshot, DateTimeOffset now)
        {
            // The report that was fastest knows best how the two clocks stand; moments do not move from report to report.
            TimeSpan ahead = now - (DateTimeOffset.UnixEpoch + (snapshot.At - Instant.Zero));
            _wallClockAhead = _wallClockAhead is { } before && before < ahead ? before : ahead;
            return new OperatorFloor(
                Group, Name(snapshot.Call.Value), Utc(snapshot.At), StateOf(snapshot.State),
                [.. snapshot.Talkers.Select(talker => new OperatorTalker(
                    talker.McpttId, talker.Participant, Utc(talker.Since), Math.Round(talker.Left.TotalSeconds, 3), talker.IsTimed,
                    talker.IsOverriding, talker.IsRevoked, CallTypeOf(talker.CallType), talker.Priority))],
                [.. snapshot.Waiting.Select((waiting, place) => new OperatorWaiting(
                    place + 1, waiting.McpttId, waiting.Participant, Utc(waiting.Since), CallTypeOf(waiting.CallType), waiting.Priority,
                    waiting.Preempts))],
                [.. snapshot.Decisions.Select(Tell)]);
        }

        private OperatorDecision Tell(FloorDecision decision)
        {
            string? phrase = decision.Kind switch
            {
                FloorDecisionKind.Denied => FloorCausePhrase.TextOfDeny(decision.Cause),
                FloorDecisionKind.Revoked => FloorCausePhrase.TextOfRevoke(decision.Cause),
                _ => null,
            };
            return new OperatorDecision(
                decision.Number, Utc(decision.At), decision.Kind, decision.McpttId, decision.Leg.Value, phrase is null ? null : decision.Cause, phrase);
        }

        private DateTimeOffset Utc(Instant instant) => DateTimeOffset.UnixEpoch + (instant - Instant.Zero) + _wallClockAhead!.Value;

        private static OperatorFloorState StateOf(FloorServerState? state) => state switch
        {
            FloorServerState.G_Initialising => OperatorFloorState.Initialising,
            FloorServerState.G_FloorIdle => OperatorFloorState.Idle,
            FloorServerState.G_FloorTaken => OperatorFloorState.Taken,
            FloorServerState.G_PendingFloorRevoke => OperatorFloorState.PendingRevoke,
            null => OperatorFloorState.Elsewhere,
            FloorServerState.Releasing => OperatorFloorState.Releasing,
            _ => OperatorFloorState.Ended,
        };

        private static string CallTypeOf(FloorIndicator callType) => callType switch
        {
            FloorIndicator.Emergency => "emergency",
            FloorIndicator.ImminentPeril => "imminent-peril",
            _ => "normal",
        };
    }
}
