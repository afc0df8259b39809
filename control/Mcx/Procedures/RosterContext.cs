namespace MediaEngine.Mcx;

/// <summary>What a subscriber to a call's roster was told last.</summary>
/// <param name="withInfo">It is an MCPTT client: documents come with an mcptt-info.</param>
internal sealed class RosterContext(GroupCall call, bool withInfo) : SubscriberContext
{
    public GroupCall Call { get; } = call;

    public bool WithInfo { get; } = withInfo;

    public uint Version { get; set; }

    public IReadOnlyList<ConferenceUser> Told { get; set; } = [];

    /// <summary>Who came, changed or went since.</summary>
    public ConferenceUser[] ChangedAmong(IReadOnlyList<ConferenceUser> users)
    {
        Dictionary<string, ConferenceUser> before = Told.ToDictionary(user => user.Entity);
        var changed = new List<ConferenceUser>();
        foreach (ConferenceUser user in users)
        {
            if (!before.Remove(user.Entity, out ConferenceUser? old) || !old.Endpoints.SequenceEqual(user.Endpoints))
                changed.Add(user);
        }
        return [.. changed, .. before.Keys.Select(gone => new ConferenceUser(gone, []))];
    }
}
