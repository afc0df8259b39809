namespace MediaEngine.Mcx;

/// <summary>The affiliations of one client in a user's document, or of one user in a group's.</summary>
/// <param name="Id">The client identity, or the MCPTT ID.</param>
public sealed record AffiliationTuple(string Id, IReadOnlyList<AffiliationEntry> Entries);
