namespace MediaEngine.Mcx;

/// <summary>Everything the store holds, read once at start.</summary>
public sealed record DurableState
{
    public static DurableState Empty { get; } = new();

    public IReadOnlyList<Registration> Registrations { get; init; } = [];

    public IReadOnlyList<Affiliation> Affiliations { get; init; } = [];

    public IReadOnlyList<PreconfiguredRegroup> Regroups { get; init; } = [];

    public IReadOnlyList<GroupKey> GroupKeys { get; init; } = [];

    public IReadOnlyList<GroupKeyReceipt> GroupKeyReceipts { get; init; } = [];

    public IReadOnlyList<ClientKey> ClientKeys { get; init; } = [];

    public IReadOnlyList<Subscription> Subscriptions { get; init; } = [];

    public IReadOnlyList<PublishedState> PublishedStates { get; init; } = [];

    /// <summary>Null until the first call.</summary>
    public ServerSsrcReservation? ServerSsrcs { get; init; }
}
