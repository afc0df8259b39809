using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>A group's key of this server with who acknowledged it.</summary>
internal sealed class ManagedGroupKey(GroupKey record) : IDisposable
{
    private readonly Dictionary<string, DateTimeOffset?> _receipts = [];

    /// <summary>As it is in the store.</summary>
    public GroupKey Record { get; set; } = record;

    public McxKey Key { get; } = new(new KeyIdentifier(record.KeyId), record.Key, record.Rand);

    /// <summary>Null unless it is a GMK.</summary>
    public GroupMasterKey? MediaKey { get; } = new KeyIdentifier(record.KeyId).Purpose == KeyPurpose.GroupMasterKey
        ? new GroupMasterKey(new KeyIdentifier(record.KeyId), record.Key, record.Rand)
        : null;

    /// <summary>Its activation was said in the log.</summary>
    public bool Announced { get; set; }

    /// <summary>Clients that hold it.</summary>
    public IReadOnlyCollection<string> Holders => _receipts.Keys;

    public bool IsActive(DateTimeOffset time) => Record.ActivatesAt <= time;

    /// <summary>True when the client holds it with the lifetime it has now.</summary>
    public bool IsAcknowledged(string client) =>
        _receipts.TryGetValue(client, out DateTimeOffset? told) && told == Record.ExpiresAt;

    public void Acknowledge(string client, DateTimeOffset? told) => _receipts[client] = told;

    /// <summary>For a message to a member; the caller's to dispose.</summary>
    /// <param name="groupId">As in the organisation.</param>
    public McxKey ToMessageKey(string groupId) => new(Key.Id, Record.Key, Record.Rand)
    {
        Validity = new KeyValidity(Record.ActivatesAt, Record.ExpiresAt),
        GroupIds = [groupId],
    };

    public void Dispose()
    {
        Key.Dispose();
        MediaKey?.Dispose();
    }
}
