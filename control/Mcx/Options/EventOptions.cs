namespace MediaEngine.Mcx;

/// <summary>Bounds of subscriptions and publications (RFC 6665, RFC 3903).</summary>
public sealed record EventOptions
{
    public int MaxSubscriptions { get; init; } = 100_000;

    public int MaxSubscriptionsPerUser { get; init; } = 64;

    public int MaxPublications { get; init; } = 200_000;

    public TimeSpan MinExpires { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan MaxExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From one NOTIFY of a subscription to the next; changes in between are told in one.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Of all subscriptions together; more wait their turn.</summary>
    public int MaxNotificationsPerSecond { get; init; } = 5000;
}
