using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>
/// Adds the non-controlling function of a constituent group: one leg for all participants behind it (TS 24.380 6.5).
/// </summary>
/// <param name="Call">An open call.</param>
/// <param name="Function">The server that has the group.</param>
/// <param name="Profile">
/// What was negotiated with it; <see cref="FloorParticipantProfile.IsNonControllingFunction"/> is set whatever it says.
/// </param>
public sealed record AddNonControllingFunction(CallId Call, FunctionPeer Function, FloorParticipantProfile Profile)
    : MediaCommand(Call);
