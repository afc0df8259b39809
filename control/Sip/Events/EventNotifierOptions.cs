namespace MediaEngine.Sip;

/// <summary>Identity and bounds of an <see cref="EventNotifier"/>.</summary>
public sealed record EventNotifierOptions
{
    /// <summary>The Contact of 200 and NOTIFY, where refreshes go: <c>&lt;sip:events@example.org&gt;</c>.</summary>
    public required string Contact { get; init; }

    /// <summary>The warn-agent of refusals.</summary>
    public required string HostName { get; init; }

    /// <summary>More are refused with 503.</summary>
    public int MaxSubscriptions { get; init; } = 100_000;

    /// <summary>More are refused with 403.</summary>
    public int MaxSubscriptionsPerSubscriber { get; init; } = 64;

    /// <summary>Of all subscriptions together; more wait their turn. Answers to SUBSCRIBE and last NOTIFYs do not wait.</summary>
    public int MaxNotificationsPerSecond { get; init; } = 5000;

    /// <summary>For a 503, in seconds.</summary>
    public int RetryAfter_s { get; init; } = 60;
}
