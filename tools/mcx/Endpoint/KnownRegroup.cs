namespace MediaEngine.Tool;

/// <summary>A regroup the server told of, while it is in effect.</summary>
/// <param name="Uri">The temporary group identity to call.</param>
/// <param name="PreconfiguredGroup">The group whose configuration and keys it borrows.</param>
public sealed record KnownRegroup(
    string Uri, string PreconfiguredGroup, IReadOnlyList<string> Groups, IReadOnlyList<string> Users);
