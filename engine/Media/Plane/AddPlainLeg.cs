using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>
/// Adds a participant without group keys and without floor control, a plain SIP endpoint. The node protects for it: group
/// media to it under the endpoint's own keys or in clear, its media under the call's GMK with its user's GUK-ID.
/// </summary>
/// <param name="Call">An open call.</param>
/// <param name="Leg">New in this call, not negative.</param>
/// <param name="McpttId">The user: gives the GUK-ID its media is sent under, and is shown as talker.</param>
/// <param name="Media">What it negotiated. Its keys must be new: the node's SRTP indexes start at 0.</param>
/// <param name="AudioSsrc">
/// The SSRC of its media in the group. Never given before for this user, in no earlier process either: the indexes start at 0
/// (RFC 7714 9.1).
/// </param>
/// <param name="EndpointSsrc">The SSRC of the media sent to it.</param>
/// <param name="Talk">When it asks for the floor.</param>
/// <param name="Profile">What floor control knows of it.</param>
public sealed record AddPlainLeg(
    CallId Call,
    LegId Leg,
    string McpttId,
    PlainMedia Media,
    uint AudioSsrc,
    uint EndpointSsrc,
    PlainTalkPolicy Talk,
    FloorParticipantProfile Profile) : MediaCommand(Call);
