namespace MediaEngine.Server;

/// <param name="Calls">Calls that are up, the oldest first.</param>
/// <param name="Unlisted">How many more there are.</param>
public sealed record OperatorCallList(IReadOnlyList<OperatorCall> Calls, int Unlisted);
