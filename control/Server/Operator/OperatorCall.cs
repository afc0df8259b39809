namespace MediaEngine.Server;

/// <param name="Group">The group or regroup that was called.</param>
/// <param name="Call">The call's number, hexadecimal.</param>
/// <param name="Since">When it was set up, UTC.</param>
/// <param name="Participants">MCPTT IDs of who is in it.</param>
/// <param name="Floor">Null when the media plane did not tell in time, or the call ended meanwhile.</param>
public sealed record OperatorCall(string Group, string Call, DateTimeOffset Since, IReadOnlyList<string> Participants, OperatorFloor? Floor);
