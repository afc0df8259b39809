namespace MediaEngine.Media;

/// <summary>
/// All constituent groups have answered: the best request is granted, or the floor becomes idle (TS 24.380 6.3.4.8.4).
/// </summary>
/// <param name="Call">A call opened with <see cref="Floor.FloorPolicy.TemporaryGroup"/>.</param>
/// <param name="Requests">Floor requests that came with the answers, in the order of their coming.</param>
public sealed record CompleteTemporaryGroup(CallId Call, IReadOnlyList<InitialFloorRequest> Requests) : MediaCommand(Call);
