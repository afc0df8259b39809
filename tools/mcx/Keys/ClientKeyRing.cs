using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// The keys of groups a client holds, GMKs and those for floor control by multicast: what its profile configures, and what its group
/// management server delivers, which is kept in a file before it counts. One thread takes messages; any thread may ask.
/// </summary>
public sealed class ClientKeyRing : IDisposable
{
    /// <summary>Keys and revoked identifiers.</summary>
    public const int Capacity = 1024;

    private const int ReplayCapacity = 4096;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    private readonly string _groupManagementServer;
    private readonly MikeySakkeOpener? _opener;
    private readonly KeyFile? _file;
    private readonly TimeProvider _time;
    private readonly McxKeyStore _store = new(Capacity);
    private readonly Dictionary<KeyIdentifier, KeptKey> _held = [];
    private readonly HashSet<KeyIdentifier> _configured = [];
    private readonly HashSet<KeyIdentifier> _revoked = [];
    private readonly Lock _lock = new();
    private NtpTimestamp _latestSent;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <param name="identity">Null when the client cannot be sent keys.</param>
    /// <param name="groupManagementServer">Who alone may send them.</param>
    /// <param name="file">Null keeps them in memory only.</param>
    public ClientKeyRing(IdentityKeys? identity, string groupManagementServer, KeyFile? file, TimeProvider time)
    {
        _groupManagementServer = groupManagementServer;
        _file = file;
        _time = time;
        if (identity is not null)
        {
            _opener = new MikeySakkeOpener(
                identity.Uri, identity.Kms, identity.TrustedKms, identity, identity,
                new MikeyReplayCache(ReplayCapacity, MaxAge, MaxClockSkew), MikeyOpenPolicy.Strict);
        }
    }

    /// <summary>When <see cref="RemoveRetired"/> has something to do, or null.</summary>
    public DateTimeOffset? NextExpiry
    {
        get
        {
            lock (_lock)
                return _held.Values.Min(kept => kept.Key.Validity.Expiry);
        }
    }

    /// <summary>What a group management server delivers.</summary>
    public static bool Holds(KeyPurpose purpose) =>
        purpose is KeyPurpose.GroupMasterKey or KeyPurpose.MulticastSignallingKey or KeyPurpose.MulticastFloorControlKey;

    /// <summary>Holds a copy of a key the profile configures; several groups may share one.</summary>
    /// <exception cref="ToolException">Another key is held under its GMK-ID, or there is no room.</exception>
    public void AddConfigured(string group, GroupMasterKey key)
    {
        using McxKey configured = key.ToMcxKey();
        AddConfigured(group, configured);
    }

    /// <summary>The same with a key of another purpose.</summary>
    /// <exception cref="ToolException">Another key is held under its identifier, or there is no room.</exception>
    public void AddConfigured(string group, McxKey key)
    {
        lock (_lock)
        {
            IReadOnlyList<string> others = _held.GetValueOrDefault(key.Id)?.Key.GroupIds ?? [];
            KeyInstallation installation = TryHold(key.CopyFor([.. others, group]), default);
            if (installation is not (KeyInstallation.Installed or KeyInstallation.Renewed))
            {
                throw new ToolException(installation == KeyInstallation.Clash
                    ? $"{group}: the key identifier {key.Id} is that of another group's other key; correct the profile."
                    : $"{group}: the profile has more than {Capacity} groups with keys; leave some out.");
            }
            _configured.Add(key.Id);
        }
    }

    /// <summary>Holds what the file has. Keys that are over meanwhile are left out.</summary>
    /// <exception cref="ToolException">The file cannot be used.</exception>
    public IReadOnlyList<McxKey> Restore()
    {
        if (_file is null)
            return [];
        KeptKeys kept = _file.Load();
        lock (_lock)
        {
            _latestSent = kept.LatestSent;
            if (kept.LatestSent != default)
                _notBefore = kept.LatestSent.ToUtc();
            foreach (KeyIdentifier id in kept.Revoked)
            {
                if (_store.Revoke(id))
                    _revoked.Add(id);
            }
            var restored = new List<McxKey>();
            DateTimeOffset now = _time.GetUtcNow();
            foreach (KeptKey key in kept.Keys)
            {
                if (key.Key.Validity.StatusAt(now) == KeyStatus.Retired)
                {
                    key.Key.Dispose();
                }
                else if (TryHold(key.Key, key.Sent) is KeyInstallation.Installed or KeyInstallation.Renewed)
                {
                    _configured.Remove(key.Key.Id);
                    restored.Add(key.Key);
                }
            }
            return restored;
        }
    }

    /// <summary>
    /// Opens a message of the group management server, keeps what it brings and only then holds it. Takes some ten
    /// milliseconds. Nothing changes unless the error is None.
    /// </summary>
    /// <exception cref="ToolException">The file cannot be written; nothing changed.</exception>
    public KeyDelivery Take(ReadOnlySpan<byte> message)
    {
        if (_opener is null)
            throw new InvalidOperationException("This client has no identity keys.");
        DateTimeOffset now = _time.GetUtcNow();
        KeyPurpose purpose = PurposeOf(message);
        MikeyError error = _opener.TryOpen(
            message, purpose, _groupManagementServer, now, _store, out OpenedMikeyMessage? opened, out KeyIdentifier id);
        // A key that was revoked before may be sent again by mistake; this message revokes one.
        if (error == MikeyError.KeyRevoked && !_revoked.Contains(id))
            return TakeRevocation(message, id);
        using (opened)
        {
            if (error == MikeyError.None && IsOlder(id, opened!.Time))
                error = MikeyError.Replayed;
            if (error == MikeyError.None && opened!.Policy != MikeySrtpPolicy.DefaultFor(purpose))
                error = MikeyError.UnsupportedPolicy;
            return error == MikeyError.None ? Hold(opened!) : new KeyDelivery(error, id);
        }
    }

    /// <summary>Drops the keys that are over, here and in the file; gives their identifiers.</summary>
    /// <exception cref="ToolException">The file cannot be written; they are dropped here all the same.</exception>
    public IReadOnlyList<KeyIdentifier> RemoveRetired()
    {
        DateTimeOffset now = _time.GetUtcNow();
        KeyIdentifier[] retired;
        lock (_lock)
        {
            retired = [.. _held.Values.Where(kept => kept.Key.Validity.StatusAt(now) == KeyStatus.Retired).Select(kept => kept.Key.Id)];
            foreach (KeyIdentifier id in retired)
                _held.Remove(id);
            _store.RemoveRetired(now);
        }
        if (retired.Length > 0)
            Save(_latestSent, [.. _held.Values], _revoked);
        return retired;
    }

    /// <summary>Whether a call to this group could be protected, now or when a key activates.</summary>
    public bool Holds(string group)
    {
        lock (_lock)
            return Of(group).Any();
    }

    /// <summary>GMK-IDs of the keys held for a group.</summary>
    public IReadOnlyList<KeyIdentifier> IdsOf(string group)
    {
        lock (_lock)
            return [.. Of(group).Select(key => key.Id)];
    }

    /// <summary>The MKI a member sends with now; null when no key is in force.</summary>
    public byte[]? MkiOf(string group, string mcpttId)
    {
        using var keys = new CallGroupKeys(group, mcpttId, CopiesFor(group));
        if (keys.SendingAt(_time.GetUtcNow()) is not { } key)
            return null;
        byte[] mki = new byte[GroupMasterKey.Mki_bytes];
        key.WriteMki(key.BundleIdFor(mcpttId), mki);
        return mki;
    }

    /// <summary>
    /// Copies of the keys held for a group, for one call; theirs who asks. Each names the group by the URI asked for, so that
    /// <see cref="McxKeyStore.FindForSending"/> finds it.
    /// </summary>
    public IReadOnlyList<McxKey> CopiesFor(string group)
    {
        lock (_lock)
            return [.. Of(group).Select(key => key.CopyFor([group]))];
    }

    /// <summary>Copies of the keys held for floor control of a group by multicast; theirs who asks.</summary>
    public IReadOnlyList<McxKey> FloorKeysFor(string group)
    {
        lock (_lock)
            return [.. OfAnyPurpose(group).Where(key => key.Purpose != KeyPurpose.GroupMasterKey).Select(key => key.CopyFor([group]))];
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _store.Dispose();
            _held.Clear();
        }
    }

    private KeyDelivery Hold(OpenedMikeyMessage opened)
    {
        McxKey key = opened.Key;
        if (_store.Check(key) == KeyInstallation.Full)
            throw new ToolException($"{Capacity} group keys are held already; {key.Id} was not taken.");
        NtpTimestamp latest = Later(opened.Time);
        var kept = new KeptKey(key, opened.Time);
        Save(latest, [.. _held.Values.Where(held => held.Key.Id != key.Id), kept], _revoked, key.Id);
        lock (_lock)
        {
            _latestSent = latest;
            _configured.Remove(key.Id);
            KeyInstallation installation = TryHold(opened.TakeKey(), opened.Time);
            return new KeyDelivery(MikeyError.None, key.Id) { Key = key, Renewed = installation == KeyInstallation.Renewed };
        }
    }

    private KeyDelivery TakeRevocation(ReadOnlySpan<byte> message, KeyIdentifier id)
    {
        // An authentic message has a T.
        if (MikeyMessage.TryParse(message, out MikeyMessage parsed) != MikeyError.None)
            throw new InvalidOperationException("An opened message cannot be parsed.");
        NtpTimestamp sent = parsed.Timestamp.Ntp;
        if (IsOlder(id, sent))
            return new KeyDelivery(MikeyError.Replayed, id);
        if (!_held.ContainsKey(id) && _store.Count >= Capacity)
            throw new ToolException($"{Capacity} group keys are held already; the revocation of {id} was not taken.");
        NtpTimestamp latest = Later(sent);
        Save(latest, [.. _held.Values.Where(held => held.Key.Id != id)], [.. _revoked, id]);
        lock (_lock)
        {
            _store.Revoke(id);
            _latestSent = latest;
            _held.Remove(id);
            _configured.Remove(id);
            _revoked.Add(id);
        }
        return new KeyDelivery(MikeyError.None, id) { Revoked = true };
    }

    /// <summary>Out of order, or from before a restart, which emptied the replay cache.</summary>
    private bool IsOlder(KeyIdentifier id, NtpTimestamp sent) =>
        sent.ToUtc() <= _notBefore || _held.TryGetValue(id, out KeptKey? held) && !_configured.Contains(id) && sent.ToUtc() <= held.Sent.ToUtc();

    private NtpTimestamp Later(NtpTimestamp sent) => _latestSent == default || sent.ToUtc() > _latestSent.ToUtc() ? sent : _latestSent;

    private KeyInstallation TryHold(McxKey key, NtpTimestamp sent)
    {
        KeyInstallation installation = _store.Install(key);
        if (installation is KeyInstallation.Installed or KeyInstallation.Renewed)
            _held[key.Id] = new KeptKey(key, sent);
        else
            key.Dispose();
        return installation;
    }

    private void Save(NtpTimestamp latest, IEnumerable<KeptKey> keys, IEnumerable<KeyIdentifier> revoked, KeyIdentifier? delivered = null) =>
        _file?.Save(new KeptKeys
        {
            Keys = [.. keys.Where(kept => kept.Key.Id == delivered || !_configured.Contains(kept.Key.Id))],
            Revoked = [.. revoked],
            LatestSent = latest,
        });

    // What the message says of itself before it is opened; the opener holds it to that.
    private static KeyPurpose PurposeOf(ReadOnlySpan<byte> message) =>
        MikeyMessage.TryParse(message, out MikeyMessage parsed) == MikeyError.None && Holds(parsed.Header.BundleId.Purpose)
            ? parsed.Header.BundleId.Purpose
            : KeyPurpose.GroupMasterKey;

    private IEnumerable<McxKey> Of(string group) => OfAnyPurpose(group).Where(key => key.Purpose == KeyPurpose.GroupMasterKey);

    private IEnumerable<McxKey> OfAnyPurpose(string group)
    {
        string? wanted = McIdentity.Normalise(group);
        DateTimeOffset now = _time.GetUtcNow();
        return _held.Values.Select(kept => kept.Key).Where(key =>
            key.Validity.StatusAt(now) is KeyStatus.Active or KeyStatus.Pending &&
            key.GroupIds.Any(id => McIdentity.Normalise(id) == wanted));
    }
}
