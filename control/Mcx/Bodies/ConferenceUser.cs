namespace MediaEngine.Mcx;

/// <summary>A user in a conference document (RFC 4575 5.6).</summary>
/// <param name="Entity">The MCPTT ID.</param>
/// <param name="Endpoints">Client identities that take part; empty when the user is gone.</param>
public sealed record ConferenceUser(string Entity, IReadOnlyList<string> Endpoints)
{
    public bool IsGone => Endpoints.Count == 0;
}
