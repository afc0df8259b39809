using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>One MC service user of the organisation: identities, credentials, authorisations.</summary>
public sealed record McUser
{
    /// <summary>The MC service user identity (MCPTT ID), as written in the organisation: key derivation uses it verbatim.</summary>
    public required string McpttId { get; init; }

    /// <summary>The SIP public user identity the user's clients register.</summary>
    public required string SipIdentity { get; init; }

    /// <summary>The digest password of <see cref="SipIdentity"/>.</summary>
    public required string Password { get; init; }

    /// <summary>
    /// Protects floor control between this user's clients and the server (TS 33.180 5.4); null when clients upload one.
    /// </summary>
    public ClientServerKey? ClientServerKey { get; init; }

    /// <summary>May form and cancel regroups (TS 24.484 <c>allow-regroup</c>).</summary>
    public bool AllowRegroup { get; init; }

    /// <summary>May make emergency calls and claim an emergency with a Floor Request (TS 24.484 <c>allow-emergency-group-call</c>).</summary>
    public bool AllowEmergencyGroupCall { get; init; }

    /// <summary>The same for imminent peril (TS 24.484 <c>allow-imminent-peril-call</c>).</summary>
    public bool AllowImminentPerilCall { get; init; }

    /// <summary>
    /// Others are told where this user is while it talks (TS 24.484 <c>allow-location-info-when-talking</c>).
    /// </summary>
    public bool AllowLocationInfoWhenTalking { get; init; }

    /// <summary>
    /// May see to which groups others, and who to a group, are affiliated (TS 24.484 <c>allow-request-affiliated-groups</c>).
    /// </summary>
    public bool AllowRequestAffiliatedGroups { get; init; }

    /// <summary>May ask the GMS for new group keys.</summary>
    public bool MayManageKeys { get; init; }

    /// <summary>TS 24.484 MaxAffiliationsN2.</summary>
    public int MaxAffiliations { get; init; } = 20;

    /// <summary>The user's endpoint is a plain SIP telephone; null = an MCPTT client.</summary>
    public PlainSipProfile? PlainSip { get; init; }

    public override string ToString() => McpttId;
}
