using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>Changes the rules of floor control; the floor is as after the opening of the call.</summary>
public sealed record SetFloorPolicy(CallId Call, FloorPolicy Floor) : MediaCommand(Call);
