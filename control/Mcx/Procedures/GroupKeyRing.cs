using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>The keys of one purpose of one managed group, oldest first: at most the previous, the current and the next.</summary>
internal sealed class GroupKeyRing(McGroup group, string groupId, KeyPurpose purpose)
{
    public const int MaxKeys = 3;

    public McGroup Group { get; } = group;

    /// <summary>Normalised.</summary>
    public string GroupId { get; } = groupId;

    /// <summary>GMK, or MuSiK or MKFC.</summary>
    public KeyPurpose Purpose { get; } = purpose;

    /// <summary>For the log.</summary>
    public string KeyName { get; } = purpose switch
    {
        KeyPurpose.GroupMasterKey => "GMK",
        KeyPurpose.MulticastFloorControlKey => "MKFC",
        _ => "MuSiK",
    };

    public List<ManagedGroupKey> Keys { get; } = [];

    /// <summary>Null until the first need.</summary>
    public ManagedGroupKey? Newest => Keys.Count > 0 ? Keys[^1] : null;

    /// <summary>The keys of a call: the one that members send under first.</summary>
    public IEnumerable<ManagedGroupKey> BySending(DateTimeOffset time) =>
        Keys.OrderByDescending(key => key.IsActive(time)).ThenByDescending(key => key.Record.ActivatesAt);

    /// <summary>When something is to be done next; null when nothing is.</summary>
    public DateTimeOffset? NextChange =>
        Keys.SelectMany(key => (DateTimeOffset?[])[key.Record.ExpiresAt, key.Announced ? null : key.Record.ActivatesAt]).Min();

    /// <summary>What the client is to get first: a key it may have to send under before one that only changed its end.</summary>
    public ManagedGroupKey? DueTo(string client, IReadOnlySet<uint> except) =>
        Keys.Where(key => !key.IsAcknowledged(client) && !except.Contains(key.Record.KeyId))
            .MinBy(key => key.Record.ExpiresAt is null ? 0 : 1);
}
