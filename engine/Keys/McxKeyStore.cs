namespace MediaEngine.Keys;

/// <summary>
/// The keys somebody holds, by identifier, with their lifetimes. Bounded; owns and disposes what it took. One thread.
/// </summary>
/// <remarks>A revoked key is zeroed and only its identifier stays, so that it cannot come back.</remarks>
public sealed class McxKeyStore : IDisposable
{
    private readonly int _capacity;
    private readonly Dictionary<KeyIdentifier, McxKey?> _keys = [];

    /// <param name="capacity">Keys and revoked identifiers, at least 1.</param>
    public McxKeyStore(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
    }

    /// <summary>Keys and revoked identifiers.</summary>
    public int Count => _keys.Count;

    /// <summary>What <see cref="Install"/> would say.</summary>
    public KeyInstallation Check(McxKey key)
    {
        if (!_keys.TryGetValue(key.Id, out McxKey? held))
            return _keys.Count < _capacity ? KeyInstallation.Installed : KeyInstallation.Full;
        if (held is null)
            return KeyInstallation.Revoked;
        return held.IsSame(key) ? KeyInstallation.Renewed : KeyInstallation.Clash;
    }

    /// <summary>Takes the key over when the answer is Installed or Renewed; otherwise it stays the caller's.</summary>
    public KeyInstallation Install(McxKey key)
    {
        KeyInstallation answer = Check(key);
        if (answer is KeyInstallation.Installed or KeyInstallation.Renewed)
        {
            if (_keys.GetValueOrDefault(key.Id) is { } held && !ReferenceEquals(held, key))
                held.Dispose();
            _keys[key.Id] = key;
        }
        return answer;
    }

    /// <summary>For receiving: the key unless it is retired or revoked. The store's to dispose.</summary>
    public McxKey? Find(KeyIdentifier id, DateTimeOffset now) =>
        _keys.GetValueOrDefault(id) is { } key && key.Validity.StatusAt(now) is KeyStatus.Active or KeyStatus.Pending ? key : null;

    /// <summary>Null when nothing is known of the identifier.</summary>
    public KeyStatus? StatusOf(KeyIdentifier id, DateTimeOffset now) =>
        _keys.TryGetValue(id, out McxKey? key) ? key?.Validity.StatusAt(now) ?? KeyStatus.Revoked : null;

    /// <summary>
    /// For sending: of the group's active GMKs the one activated last (TS 33.180 5.7.1); of equals the greatest GMK-ID.
    /// </summary>
    /// <param name="groupId">MC group ID exactly as delivered.</param>
    public McxKey? FindForSending(string groupId, DateTimeOffset now)
    {
        McxKey? best = null;
        foreach (McxKey? key in _keys.Values)
        {
            if (key is { Purpose: KeyPurpose.GroupMasterKey } && key.Validity.StatusAt(now) == KeyStatus.Active &&
                key.GroupIds.Contains(groupId, StringComparer.Ordinal) && (best is null || Rank(key).CompareTo(Rank(best)) > 0))
                best = key;
        }
        return best;

        static (DateTimeOffset, uint) Rank(McxKey key) => (key.Validity.Activation ?? DateTimeOffset.MinValue, key.Id.Value);
    }

    /// <summary>Zeroes the key and remembers the identifier. False when it was not held and there is no room to remember.</summary>
    public bool Revoke(KeyIdentifier id)
    {
        if (!_keys.TryGetValue(id, out McxKey? key) && _keys.Count >= _capacity)
            return false;
        key?.Dispose();
        _keys[id] = null;
        return true;
    }

    /// <summary>Drops and zeroes what is retired. Revoked identifiers stay.</summary>
    public void RemoveRetired(DateTimeOffset now)
    {
        foreach (McxKey? key in _keys.Values)
        {
            if (key?.Validity.StatusAt(now) == KeyStatus.Retired)
            {
                _keys.Remove(key.Id);
                key.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (McxKey? key in _keys.Values)
            key?.Dispose();
        _keys.Clear();
    }
}
