using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>
/// The temporary group is over, the call goes on as the group's own: the leg to the controlling function goes, the others
/// begin with an idle floor.
/// </summary>
public sealed record BecomeControlling(CallId Call, FloorPolicy Floor) : MediaCommand(Call);
