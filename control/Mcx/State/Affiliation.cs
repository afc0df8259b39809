namespace MediaEngine.Mcx;

/// <summary>The groups one client is affiliated to (TS 24.379 9.2.2), normalised identities.</summary>
public sealed record Affiliation : DurableRecord
{
    public required string McpttId { get; init; }

    public required string ClientId { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }
}
