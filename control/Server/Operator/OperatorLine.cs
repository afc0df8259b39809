namespace MediaEngine.Server;

/// <summary>One line of a stream of floors.</summary>
/// <param name="Event"><see cref="FloorEvent"/>, or <see cref="AliveEvent"/> when nothing happened for a while.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Floor">With <see cref="FloorEvent"/>.</param>
public sealed record OperatorLine(string Event, DateTimeOffset At, OperatorFloor? Floor = null)
{
    public const string FloorEvent = "floor";
    public const string AliveEvent = "alive";
}
