using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A registered client: where its requests go and until when (RFC 3261 10).</summary>
public sealed record Registration : DurableRecord
{
    public required string McpttId { get; init; }

    /// <summary>The MCPTT client identity: one user may have several clients.</summary>
    public required string ClientId { get; init; }

    /// <summary>The registered contact, the Request-URI of requests to this client.</summary>
    public required string Contact { get; init; }

    public required SipTransportKind Transport { get; init; }

    /// <summary>Address and port that requests to the client go to, <c>address:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Where the authenticated REGISTER came from, <c>address:port</c>; other requests from there are this user's.</summary>
    public required string Source { get; init; }

    public required string CallId { get; init; }

    public required uint CSeq { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
