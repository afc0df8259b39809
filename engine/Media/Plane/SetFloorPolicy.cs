using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>Changes the rules of floor control from now on; who talks or waits stays.</summary>
public sealed record SetFloorPolicy(CallId Call, FloorPolicy Floor) : MediaCommand(Call);
