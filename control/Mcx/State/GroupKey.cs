namespace MediaEngine.Mcx;

/// <summary>
/// A group's key that this server made as group management server (TS 33.180 5.7, 7.3): a GMK, or a MuSiK or MKFC for floor control by
/// multicast. The record's identifier is the key's in hex.
/// </summary>
public sealed record GroupKey : DurableRecord
{
    public override bool IsSecret => true;

    /// <summary>Normalised identity of the group.</summary>
    public required string Group { get; init; }

    /// <summary>Its purpose tag says what kind of key it is.</summary>
    public required uint KeyId { get; init; }

    /// <summary>16 octets.</summary>
    public required byte[] Key { get; init; }

    /// <summary>16 octets, the same for every member.</summary>
    public required byte[] Rand { get; init; }

    /// <summary>From when members send under it; whole seconds, because that is what a message can say.</summary>
    public required DateTimeOffset ActivatesAt { get; init; }

    /// <summary>Until when it is accepted, whole seconds; null while no key follows it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public GroupKeyStatus Status { get; init; }

    /// <summary>Everybody it was for: normalised MCPTT IDs.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>Never key material.</summary>
    public override string ToString() => $"key {Id} of {Group}";
}
