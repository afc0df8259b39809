namespace MediaEngine.Mcx;

/// <summary>A client that is affiliated to a regroup group.</summary>
public sealed record RegroupMember
{
    public required string McpttId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>True once the client answered the preconfigured regroup request.</summary>
    public bool Acknowledged { get; init; }

    /// <summary>True for the member that is this client of this user.</summary>
    public bool Is(string mcpttId, string clientId) => McpttId == mcpttId && ClientId == clientId;
}
