using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// The group keys of one call: what it sends under at a moment, and the receiver for all of them. Owns copies of the keys; one
/// thread at a time.
/// </summary>
public sealed class CallGroupKeys : IDisposable
{
    private readonly string _group;
    private readonly string _mcpttId;
    private readonly GroupMediaReceiver _receiver = new(SrtpPolicy.GroupMedia);
    private readonly Dictionary<KeyIdentifier, Entry> _received = [];
    private McxKeyStore _store = new(ClientKeyRing.Capacity);

    /// <param name="group">The group whose keys these are; that of a regroup is its preconfigured group.</param>
    /// <param name="mcpttId">Who sends.</param>
    /// <param name="keys">Each naming the group; become this object's to dispose.</param>
    public CallGroupKeys(string group, string mcpttId, IReadOnlyList<McxKey> keys)
    {
        _group = group;
        _mcpttId = mcpttId;
        Replace(keys);
    }

    public string Group => _group;

    /// <summary>The key in force, or null. This object's to dispose.</summary>
    public McxKey? SendingAt(DateTimeOffset now) => _store.FindForSending(_group, now);

    /// <summary>The SRTP master key this client sends under with that key.</summary>
    public SrtpMasterKey DeriveSendingKey(McxKey key) => key.DeriveMasterKey(CryptoSession.McpttGroupCall, key.BundleIdFor(_mcpttId));

    /// <summary>Puts other keys in the place of those there are; a key that stays keeps its replay lists.</summary>
    public void Replace(IReadOnlyList<McxKey> keys)
    {
        _store.Dispose();
        _store = new McxKeyStore(ClientKeyRing.Capacity);
        foreach (McxKey key in keys)
        {
            if (_store.Install(key) != KeyInstallation.Installed)
                throw new ArgumentException($"{key} is there twice.", nameof(keys));
        }
        foreach (KeyIdentifier id in _received.Keys.Except(keys.Select(key => key.Id)).ToArray())
            Forget(id);
        foreach (McxKey key in keys.Where(key => !_received.ContainsKey(key.Id)))
        {
            byte[] ownMki = new byte[GroupMasterKey.Mki_bytes];
            key.WriteMki(key.BundleIdFor(_mcpttId), ownMki);
            var received = new Entry(key.ToGroupMasterKey(), ownMki);
            _received.Add(key.Id, received);
            _receiver.AddGroupKey(received.Key);
        }
    }

    /// <summary>Drops the keys that are over.</summary>
    public void Expire(DateTimeOffset now)
    {
        foreach (KeyIdentifier id in _received.Keys)
        {
            if (_store.StatusOf(id, now) == KeyStatus.Retired)
                Forget(id);
        }
        _store.RemoveRetired(now);
    }

    /// <summary>As <see cref="GroupMediaReceiver.Unprotect"/>.</summary>
    public SrtpOutcome Unprotect(ReadOnlySpan<byte> packet, Span<byte> destination, out int length) =>
        _receiver.Unprotect(packet, destination, out length, out _);

    /// <summary>Whether an MKI is the one this client sends with.</summary>
    public bool IsOwn(ReadOnlySpan<byte> mki8) =>
        _received.TryGetValue(KeyIdentifier.Read(mki8), out Entry? entry) && mki8.SequenceEqual(entry.OwnMki);

    public void Dispose()
    {
        _receiver.Dispose();
        foreach (Entry entry in _received.Values)
            entry.Key.Dispose();
        _store.Dispose();
    }

    private void Forget(KeyIdentifier id)
    {
        _receiver.RemoveGroupKey(id);
        if (_received.Remove(id, out Entry? entry))
            entry.Key.Dispose();
    }

    private sealed record Entry(GroupMasterKey Key, byte[] OwnMki);
}
