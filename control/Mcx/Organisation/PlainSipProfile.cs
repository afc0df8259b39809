using MediaEngine.Floor;

using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>What the server does for a user whose endpoint is a plain SIP telephone, without floor control and group keys.</summary>
public sealed record PlainSipProfile
{
    /// <summary>The MCPTT client identity of such an endpoint; it tells none, and a user has one.</summary>
    public const string ClientId = "plain-sip";

    /// <summary>When the endpoint talks.</summary>
    public PlainTalkPolicy Talk { get; init; } = new();

    public PlainSecurity Security { get; init; }

    /// <summary>What it is challenged with. Telephones that know MD5 only often read no further than the first challenge.</summary>
    public DigestOffer Digest { get; init; } = DigestOffer.Md5First;

    /// <summary>
    /// The groups the user is affiliated to by registering, as the endpoint cannot ask for it (TS 23.280 10.8.3, implicit
    /// affiliation); null = all groups that can be called and have the user as a member.
    /// </summary>
    public IReadOnlyList<string>? AffiliatedGroups { get; init; }
}
