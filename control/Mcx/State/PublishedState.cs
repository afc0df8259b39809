namespace MediaEngine.Mcx;

/// <summary>What an entity tag that was given to a client stands for (RFC 3903).</summary>
public sealed record PublishedState : DurableRecord
{
    public required string Package { get; init; }

    /// <summary>Normalised.</summary>
    public required string McpttId { get; init; }

    public required string ClientId { get; init; }

    public required string EntityTag { get; init; }

    /// <summary>The document, where the package keeps it here; empty otherwise.</summary>
    public string Document { get; init; } = string.Empty;

    /// <summary>Null = until it is replaced.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public static string IdOf(string package, string mcpttId, string clientId) => $"{package} {mcpttId} {clientId}";
}
