using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>Opens a call without legs.</summary>
/// <param name="Call">A new call.</param>
/// <param name="GroupIdentity">The MCPTT group ID, for diagnostics.</param>
/// <param name="Floor">Timers, counters and rules of floor control.</param>
/// <param name="MediaKey">The GMK (or TGMK) the group's media is protected with.</param>
/// <param name="Multicast">Where legs with <see cref="LegDelivery.Multicast"/> may be reached; null when the call has none.</param>
public sealed record OpenCall(
    CallId Call,
    string GroupIdentity,
    FloorPolicy Floor,
    GroupMasterKey MediaKey,
    MulticastSubchannel? Multicast) : MediaCommand(Call)
{
    /// <summary>
    /// Who controls the floor instead of this node (TS 24.380 6.5): the call is a constituent group's part of a temporary group
    /// call, and of <see cref="Floor"/> only T8, MediaInFlight and AnonymousIdentity mean something.
    /// </summary>
    public FunctionPeer? ControllingFunction { get; init; }
}
