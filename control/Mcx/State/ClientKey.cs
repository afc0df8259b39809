namespace MediaEngine.Mcx;

/// <summary>The CSK that a client uploaded when it registered (TS 33.180 5.4). Its identifier is that of the registration.</summary>
public sealed record ClientKey : DurableRecord
{
    public override bool IsSecret => true;

    public required string McpttId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>CSK-ID.</summary>
    public required uint KeyId { get; init; }

    /// <summary>16 octets.</summary>
    public required byte[] Key { get; init; }

    /// <summary>16 to 255 octets.</summary>
    public required byte[] Rand { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Never key material.</summary>
    public override string ToString() => $"CSK {KeyId:x8} of {Id}";
}
