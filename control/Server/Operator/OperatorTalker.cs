namespace MediaEngine.Server;

/// <param name="McpttId">Who has the floor.</param>
/// <param name="Leg">Its number in the call.</param>
/// <param name="Since">When the floor was granted.</param>
/// <param name="Left_s">How long it may talk on from <see cref="OperatorFloor.At"/>; with <paramref name="Revoked"/> the rest of the grace.</param>
/// <param name="LeftRuns">False until its media comes: the time does not run yet.</param>
/// <param name="Overriding">It talks beside another talker (dual floor).</param>
/// <param name="Revoked">It was told to stop.</param>
/// <param name="CallType">emergency, imminent-peril or normal.</param>
/// <param name="Priority">0 to 255.</param>
public sealed record OperatorTalker(
    string McpttId, int Leg, DateTimeOffset Since, double Left_s, bool LeftRuns, bool Overriding, bool Revoked, string CallType, int Priority);
