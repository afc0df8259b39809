using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A subscription that was acknowledged (RFC 6665).</summary>
public sealed record Subscription : DurableRecord
{
    public required EventSubscriptionSnapshot Snapshot { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required SipTransportKind Transport { get; init; }

    /// <summary>Address and port that NOTIFYs go to, <c>address:port</c>, when they go to no registered client.</summary>
    public required string Address { get; init; }

    /// <summary>The registration whose client subscribed; null when it was none's.</summary>
    public string? Client { get; init; }
}
