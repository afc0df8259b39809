namespace MediaEngine.Mcx;

/// <summary>
/// A regroup in effect (TS 23.280 10.15): dynamic data of the MC server, never written to a group document. Identities are
/// normalised.
/// </summary>
public sealed record PreconfiguredRegroup : DurableRecord
{
    /// <summary>The group whose configuration and keys the regroup uses.</summary>
    public required string PreconfiguredGroup { get; init; }

    /// <summary>The MCPTT ID of the authorised user who formed it.</summary>
    public required string Owner { get; init; }

    /// <summary>Constituent groups; empty in a user regroup.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Regrouped users; empty in a group regroup.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    public required IReadOnlyList<RegroupMember> Members { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public bool HasMember(string mcpttId, string clientId) => MemberOf(mcpttId, clientId) is not null;

    public RegroupMember? MemberOf(string mcpttId, string clientId) =>
        Members.FirstOrDefault(member => member.Is(mcpttId, clientId));
}
