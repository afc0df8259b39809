namespace MediaEngine.Tool;

/// <summary>One message of the ladder: <c>alice</c>, <c>server</c>, <c>Floor Request</c>.</summary>
public sealed record LadderLine(string From, string To, string Message);
