using System.Collections.Immutable;
using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The whole floor of a call at one moment. Instants count on the media plane's clock.</summary>
/// <param name="Call">The call.</param>
/// <param name="At">The moment.</param>
/// <param name="State">State of the general floor control operation; <see cref="FloorServerState.StartStop"/> when the call is over,
/// null while the floor is controlled elsewhere.</param>
/// <param name="Talkers">Who has the floor, who began first in front.</param>
/// <param name="Waiting">Requests in the queue, the head in front.</param>
/// <param name="Decisions">The last ones since the call is watched, oldest first, at most <see cref="MaxDecisions"/>.</param>
public sealed record FloorSnapshot(
    CallId Call, Instant At, FloorServerState? State, ImmutableArray<FloorTalkerStatus> Talkers,
    ImmutableArray<FloorWaitingStatus> Waiting, ImmutableArray<FloorDecision> Decisions)
{
    /// <summary>Who reads at least every so many decisions misses none.</summary>
    public const int MaxDecisions = 16;

    public bool IsCallOver => State == FloorServerState.StartStop;
}
