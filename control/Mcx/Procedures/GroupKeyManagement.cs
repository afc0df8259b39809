using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Mcx;

/// <summary>
/// The group management server's keys (TS 33.180 5.7, 7.3): makes the GMKs of managed groups at first need, replaces them on
/// request and when a member has left, and retires them everywhere; the same with the keys for floor control by multicast.
/// </summary>
internal sealed class GroupKeyManagement : IDisposable
{
    /// <summary>
    /// A group's first key is dated back by so much, so that members whose clocks are behind use it at once. It is dated because
    /// members may hold keys of a store that was lost.
    /// </summary>
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    private readonly McContext _context;
    private readonly GroupKeyDelivery _delivery;
    private readonly Dictionary<(string Group, KeyPurpose Purpose), GroupKeyRing> _rings = [];
    private readonly Dictionary<string, List<GroupKeyRing>> _ringsOfMember = [];
    private readonly HashSet<GroupKeyRing> _changing = [];
    private readonly HashSet<uint> _keyIds = [];
    private readonly List<DurableRecord> _orphans = [];
    private bool _started;

    public GroupKeyManagement(McContext context, DurableState durable)
    {
        _context = context;
        _delivery = new GroupKeyDelivery(context, RingsOf, ChangeFloorKey);
        foreach (McGroup group in context.Organisation.Groups)
        {
            if (group.GroupMasterKey is { } configured)
                _keyIds.Add(configured.Id.Value);
            else
                Add(group, KeyPurpose.GroupMasterKey);
            if (group.FloorKey is { } floorKey)
                _keyIds.Add(floorKey.Id.Value);
            else if (group is { Multicast: true, GroupMasterKey: null } && context.Options.Multicast is { } multicast)
                Add(group, multicast.FloorKeyPurpose);
        }
        Restore(durable);
    }

    public Instant NextDeadline
    {
        get
        {
            if (!_started)
                return _rings.Count > 0 || _orphans.Count > 0 ? Instant.Zero : Instant.Never;
            return _changing.Aggregate(_delivery.NextRetry, (earliest, ring) => Instant.Earlier(earliest, _context.InstantOf(ring.NextChange)));
        }
    }

    /// <summary>Messages that the host is making.</summary>
    public int InWork => _delivery.InWork;

    /// <summary>Called when a group's key for floor control by multicast is another one from now on, or one more client holds it.</summary>
    public Action<McGroup, Instant, McxEffects>? FloorKeyChanged { get; set; }

    /// <summary>What is managed of the group of this identity, GMKs first; nothing when it is no managed group.</summary>
    public IReadOnlyList<GroupKeyRing> Find(string groupId) =>
        [.. _rings.Values.Where(ring => ring.GroupId == groupId).OrderBy(ring => ring.Purpose)];

    /// <summary>The GMKs under which a call's media is accepted, the one that members send under first.</summary>
    public IReadOnlyList<GroupMasterKey> KeysOf(McGroup group, Instant now, McxEffects effects)
    {
        if (group.GroupMasterKey is { } configured)
            return [configured];
        GroupKeyRing ring = _rings[(McIdentity.Normalise(group.Id)!, KeyPurpose.GroupMasterKey)];
        EnsureKey(ring, now, effects);
        return [.. ring.BySending(_context.WallClock(now)).Select(key => key.MediaKey!)];
    }

    /// <summary>The key in force for floor control on the group's subchannel; null when the group has none.</summary>
    public McxKey? FloorKeyOf(McGroup group, Instant now, McxEffects effects)
    {
        if (group.FloorKey is not null || FloorRingOf(group) is not { } ring)
            return group.FloorKey;
        EnsureKey(ring, now, effects);
        return ring.BySending(_context.WallClock(now)).First().Key;
    }

    /// <summary>True when the client can open what is protected with this key of the group.</summary>
    public bool Holds(McGroup group, KeyIdentifier floorKey, string client) =>
        group.FloorKey is not null || FloorRingOf(group)?.Keys.Find(key => key.Key.Id == floorKey)?.Holders.Contains(client) == true;

    /// <summary>A client registered: it gets what it has not acknowledged.</summary>
    /// <param name="client">Identifier of the registration.</param>
    /// <param name="mcpttId">Normalised.</param>
    /// <param name="anew">It may have started anew, so what is on its way may be lost.</param>
    public void ClientRegistered(string client, string mcpttId, bool anew, Instant now, McxEffects effects)
    {
        foreach (GroupKeyRing ring in RingsOf(mcpttId))
            EnsureKey(ring, now, effects);
        if (!IsPlain(mcpttId))
            _delivery.Offer(client, mcpttId, anew, now, effects);
    }

    /// <summary>
    /// A new GMK that activates after the lead; the others end an overlap later. False when one is to come already: there is
    /// one rotation in a lead.
    /// </summary>
    public bool TryRotate(GroupKeyRing ring, Instant now, McxEffects effects)
    {
        if (ring.Newest is { } newest && !newest.IsActive(_context.WallClock(now)))
            return false;
        if (ring.Newest is null)
            EnsureKey(ring, now, effects);
        else
            Replace(ring, _context.Options.Keys.Overlap, GroupKeyStatus.Valid, now, effects);
        OfferToMembers(ring, now, effects);
        return true;
    }

    public void Expire(Instant now, McxEffects effects)
    {
        if (!_started)
            Start(now, effects);
        DateTimeOffset time = _context.WallClock(now);
        foreach (GroupKeyRing ring in _changing.ToArray())
        {
            foreach (ManagedGroupKey key in ring.Keys.ToArray())
            {
                if (!key.Announced && key.IsActive(time))
                {
                    key.Announced = true;
                    effects.Log("group-key-activated", ring.Group.Id, $"{ring.KeyName} {key.Record.Id}");
                    ChangeFloorKey(ring, now, effects);
                    if (key.MediaKey is not null)
                    {
                        foreach (GroupCall call in CallsOf(ring))
                            effects.Submit(new MediaEffect.UseGroupKey(call.Number, key.Key.Id));
                    }
                }
                if (key.Record.ExpiresAt <= time)
                    Retire(ring, key, effects);
            }
            if (ring.NextChange is null)
                _changing.Remove(ring);
        }
        _delivery.Retry(now, effects);
    }

    /// <summary>Messages that the host lost.</summary>
    public void Sweep(Instant now, McxEffects effects) => _delivery.Sweep(now, effects);

    public void MessageMade(long ticket, byte[]? message, Instant now, McxEffects effects) =>
        _delivery.MessageMade(ticket, message, now, effects);

    public void Dispose()
    {
        foreach (ManagedGroupKey key in _rings.Values.SelectMany(ring => ring.Keys))
            key.Dispose();
    }

    // What a plain endpoint sends and hears is protected for it: it gets no keys.
    private bool IsPlain(string mcpttId) => _context.Organisation.UserByMcpttId(mcpttId)?.PlainSip is not null;

    private IReadOnlyList<GroupKeyRing> RingsOf(string mcpttId) => _ringsOfMember.GetValueOrDefault(mcpttId) ?? [];

    private GroupKeyRing? FloorRingOf(McGroup group) => _context.Options.Multicast is { } multicast
        ? _rings.GetValueOrDefault((McIdentity.Normalise(group.Id)!, multicast.FloorKeyPurpose))
        : null;

    private void ChangeFloorKey(GroupKeyRing ring, Instant now, McxEffects effects)
    {
        if (ring.Purpose != KeyPurpose.GroupMasterKey)
            FloorKeyChanged?.Invoke(ring.Group, now, effects);
    }

    private void Add(McGroup group, KeyPurpose purpose)
    {
        var ring = new GroupKeyRing(group, McIdentity.Normalise(group.Id)!, purpose);
        _rings.Add((ring.GroupId, purpose), ring);
        foreach (string member in group.Members.Keys)
        {
            if (!_ringsOfMember.TryGetValue(member, out List<GroupKeyRing>? rings))
                _ringsOfMember[member] = rings = [];
            rings.Add(ring);
        }
    }

    private void Restore(DurableState durable)
    {
        var keys = new Dictionary<uint, ManagedGroupKey>();
        foreach (GroupKey record in durable.GroupKeys.OrderBy(record => record.ActivatesAt))
        {
            if (!_rings.TryGetValue((record.Group, new KeyIdentifier(record.KeyId).Purpose), out GroupKeyRing? ring))
            {
                _orphans.Add(record);
                continue;
            }
            var key = new ManagedGroupKey(record);
            keys.Add(record.KeyId, key);
            _keyIds.Add(record.KeyId);
            ring.Keys.Add(key);
            _changing.Add(ring);
        }
        foreach (GroupKeyReceipt receipt in durable.GroupKeyReceipts)
        {
            if (keys.TryGetValue(receipt.KeyId, out ManagedGroupKey? key))
                key.Acknowledge(McState.ClientKey(receipt.McpttId, receipt.ClientId), receipt.ExpiresAt);
            else
                _orphans.Add(receipt);
        }
    }

    // What the organisation file says now is compared with what keys were made for.
    private void Start(Instant now, McxEffects effects)
    {
        _started = true;
        foreach (DurableRecord orphan in _orphans)
        {
            if (orphan is GroupKey key)
            {
                effects.Delete<GroupKey>(key.Id);
                effects.Log("group-key-retired", key.Group, $"{key.Id}: the group is gone, its key is configured or not needed");
            }
            else
            {
                effects.Delete<GroupKeyReceipt>(orphan.Id);
            }
        }
        _orphans.Clear();
        foreach (GroupKeyRing ring in _rings.Values)
        {
            foreach (ManagedGroupKey key in ring.Keys)
                key.Announced = key.IsActive(_context.WallClock(now));
            if (ring.Newest is { } newest)
                CompareMembers(ring, newest, now, effects);
        }
        foreach (Registration registration in _context.State.Registrations.Values)
            ClientRegistered(registration.Id, registration.McpttId, anew: true, now, effects);
    }

    private void CompareMembers(GroupKeyRing ring, ManagedGroupKey newest, Instant now, McxEffects effects)
    {
        string[] left = [.. newest.Record.Members.Where(member => !ring.Group.Members.ContainsKey(member))];
        if (left.Length > 0)
        {
            effects.Warn("group-key-revoked", ring.Group.Id, $"{string.Join(", ", left)} left the group, so it gets a new {ring.KeyName}");
            Replace(ring, _context.Options.Keys.RevocationOverlap, GroupKeyStatus.Revoked, now, effects);
        }
        else if (newest.Record.Members.Count < ring.Group.Members.Count)
        {
            newest.Record = newest.Record with { Members = [.. ring.Group.Members.Keys] };
            effects.Put(newest.Record);
        }
    }

    private void EnsureKey(GroupKeyRing ring, Instant now, McxEffects effects)
    {
        if (ring.Newest is null)
            Make(ring, UpToSecond(_context.WallClock(now) - MaxClockSkew), isActive: true, effects);
    }

    private void Replace(GroupKeyRing ring, TimeSpan overlap, GroupKeyStatus status, Instant now, McxEffects effects)
    {
        // What a message says of time has seconds.
        DateTimeOffset activatesAt = UpToSecond(_context.WallClock(now) + _context.Options.Keys.Lead);
        DateTimeOffset expiresAt = UpToSecond(activatesAt + overlap);
        while (ring.Keys.Count >= GroupKeyRing.MaxKeys)
            Retire(ring, ring.Keys[0], effects);
        foreach (ManagedGroupKey key in ring.Keys)
        {
            bool endsLater = key.Record.ExpiresAt is null || key.Record.ExpiresAt > expiresAt;
            if (!endsLater && key.Record.Status == status)
                continue;
            key.Record = key.Record with { ExpiresAt = endsLater ? expiresAt : key.Record.ExpiresAt, Status = status };
            effects.Put(key.Record);
        }
        ManagedGroupKey made = Make(ring, activatesAt, isActive: false, effects);
        if (made.MediaKey is not { } mediaKey)
            return;
        foreach (GroupCall call in CallsOf(ring))
            effects.Submit(new MediaEffect.InstallGroupKey(call.Number, mediaKey));
    }

    private ManagedGroupKey Make(GroupKeyRing ring, DateTimeOffset activatesAt, bool isActive, McxEffects effects)
    {
        McxKey fresh;
        do
            fresh = McxKey.Create(ring.Purpose, _context.Entropy);
        while (!_keyIds.Add(fresh.Id.Value));
        byte[] octets = new byte[McxKey.Key_bytes];
        fresh.CopyKeyTo(octets);
        var record = new GroupKey
        {
            Id = fresh.Id.ToString(),
            Group = ring.GroupId,
            KeyId = fresh.Id.Value,
            Key = octets,
            Rand = fresh.Rand.ToArray(),
            ActivatesAt = activatesAt,
            Members = [.. ring.Group.Members.Keys],
        };
        fresh.Dispose();
        var key = new ManagedGroupKey(record) { Announced = isActive };
        ring.Keys.Add(key);
        _changing.Add(ring);
        effects.Put(key.Record);
        effects.Log("group-key-made", ring.Group.Id, $"{ring.KeyName} {key.Record.Id}, active from {activatesAt:HH:mm:ss}Z");
        return key;
    }

    private void Retire(GroupKeyRing ring, ManagedGroupKey key, McxEffects effects)
    {
        ring.Keys.Remove(key);
        _keyIds.Remove(key.Record.KeyId);
        if (key.MediaKey is not null)
        {
            foreach (GroupCall call in CallsOf(ring))
                effects.Submit(new MediaEffect.RetireGroupKey(call.Number, key.Key.Id));
        }
        effects.Delete<GroupKey>(key.Record.Id);
        foreach (string holder in key.Holders)
            effects.Delete<GroupKeyReceipt>(GroupKeyReceipt.IdOf(key.Record.KeyId, holder));
        effects.Log("group-key-retired", ring.Group.Id, $"{ring.KeyName} {key.Record.Id}{(key.Record.Status == GroupKeyStatus.Revoked ? ", revoked" : string.Empty)}");
        _context.DisposeLater(key);
    }

    private void OfferToMembers(GroupKeyRing ring, Instant now, McxEffects effects)
    {
        foreach (Registration registration in ring.Group.Members.Keys.SelectMany(_context.State.RegistrationsOf))
        {
            if (!IsPlain(registration.McpttId))
                _delivery.Offer(registration.Id, registration.McpttId, anew: false, now, effects);
        }
    }

    private IEnumerable<GroupCall> CallsOf(GroupKeyRing ring) =>
        _context.State.CallsByNumber.Values.Where(call => ReferenceEquals(call.Configuration, ring.Group));

    private static DateTimeOffset UpToSecond(DateTimeOffset moment)
    {
        long over = moment.Ticks % TimeSpan.TicksPerSecond;
        return over == 0 ? moment : moment.AddTicks(TimeSpan.TicksPerSecond - over);
    }
}
