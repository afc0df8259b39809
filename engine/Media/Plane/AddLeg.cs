using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>Adds a participant.</summary>
/// <param name="Call">An open call.</param>
/// <param name="Leg">New in this call, not negative.</param>
/// <param name="McpttId">Gives the GUK-ID whose media is accepted from this leg (TS 33.180 7.4.2).</param>
/// <param name="Audio">
/// Where its media goes until an authenticated packet of this leg arrives from elsewhere; port 0 = nowhere until then.
/// </param>
/// <param name="Floor">The same for floor control.</param>
/// <param name="ClientServerKey">The CSK floor control is protected with.</param>
/// <param name="ServerSsrc">
/// The SSRC of floor control messages to this leg. Never given before under this CSK, in no earlier process either: their
/// SRTCP indexes start at 1 (RFC 7714 9.1).
/// </param>
/// <param name="Delivery">How media can reach it.</param>
/// <param name="Profile">What the leg negotiated for floor control.</param>
/// <param name="ImplicitFloorRequest">The call set-up was also a Floor Request.</param>
public sealed record AddLeg(
    CallId Call,
    LegId Leg,
    string McpttId,
    IPEndPoint Audio,
    IPEndPoint Floor,
    ClientServerKey ClientServerKey,
    uint ServerSsrc,
    LegDelivery Delivery,
    FloorParticipantProfile Profile,
    bool ImplicitFloorRequest) : MediaCommand(Call)
{
    /// <summary>The SSRC of its floor control messages (mc_floor_ssrc); messages under another are dropped. 0 = not agreed.</summary>
    public uint FloorSsrc { get; init; }
}
