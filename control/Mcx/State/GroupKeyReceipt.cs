namespace MediaEngine.Mcx;

/// <summary>A client has acknowledged a group's key: it holds it durably.</summary>
public sealed record GroupKeyReceipt : DurableRecord
{
    /// <summary>Identifier of the key.</summary>
    public required uint KeyId { get; init; }

    public required string McpttId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The expiry time the client was told; another one is told anew.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public static string IdOf(uint keyId, string client) => $"{keyId:x8} {client}";
}
