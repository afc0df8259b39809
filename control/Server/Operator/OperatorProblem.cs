namespace MediaEngine.Server;

/// <summary>A refusal (RFC 9457).</summary>
/// <param name="Title">What is wrong.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">The reason and the way out.</param>
public sealed record OperatorProblem(string Title, int Status, string Detail);
