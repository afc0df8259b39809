namespace MediaEngine.Mcx;

/// <summary>One affiliation in a notification (TS 24.379 9.3.1).</summary>
/// <param name="Group">Null where the document is about a group.</param>
/// <param name="Client">The client identity, where the tuple is a user's.</param>
/// <param name="Status"><c>affiliated</c>, <c>affiliating</c>, <c>deaffiliating</c>, <c>deaffiliated</c>.</param>
public sealed record AffiliationEntry(string? Group, string? Client, string Status);
