using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// What clients hold, the server holds: a key is durable before a client has it, and a group that has keys always has one in
/// force and one that has no end.
/// </summary>
internal sealed class KeyChecker(SimWorld world)
{
    private readonly Dictionary<uint, GroupKey> _ever = [];
    private readonly HashSet<(string Group, KeyPurpose Purpose)> _groups = [];

    /// <summary>Keys that clients took.</summary>
    public int Taken { get; private set; }

    public void Committed(IReadOnlyList<StoreChange> changes, SimStore store)
    {
        bool concerned = false;
        foreach (StoreChange change in changes)
        {
            if (change is StoreChange.Put { Record: GroupKey key })
            {
                _ever[key.KeyId] = key;
                _groups.Add((key.Group, PurposeOf(key)));
            }
            concerned |= change is StoreChange.Put { Record: GroupKey or GroupKeyReceipt } or StoreChange.Delete { Kind.Name: nameof(GroupKey) };
        }
        if (concerned)
            Check(store);
    }

    public void ClientTook(string name, McxKey key)
    {
        Taken++;
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        if (!_ever.TryGetValue(key.Id.Value, out GroupKey? known) || !known.Key.AsSpan().SequenceEqual(octets) || !known.Rand.AsSpan().SequenceEqual(key.Rand))
            throw new SimulationException($"{name} got {key}, which the store never held");
        if (!known.Members.Contains(SimOrganisation.McpttId(name)))
            throw new SimulationException($"{name} got {key} of {known.Group}, which is not for it");
    }

    /// <summary>The key of a managed group that every member must have by and by; null before the first.</summary>
    public static GroupKey? Newest(SimStore store, string group, KeyPurpose purpose = KeyPurpose.GroupMasterKey) => store.Load().GroupKeys.SingleOrDefault(
        key => key.Group == group && key.ExpiresAt is null && PurposeOf(key) == purpose);

    private static KeyPurpose PurposeOf(GroupKey key) => new KeyIdentifier(key.KeyId).Purpose;

    private void Check(SimStore store)
    {
        DurableState state = store.Load();
        foreach ((string group, KeyPurpose purpose) in _groups)
        {
            GroupKey[] keys = [.. state.GroupKeys.Where(key => key.Group == group && PurposeOf(key) == purpose)];
            if (keys.Count(key => key.ExpiresAt is null) != 1 || keys.Length > 3)
                throw new SimulationException($"{group} has {keys.Length} keys, {keys.Count(key => key.ExpiresAt is null)} of them without end");
            if (!keys.Any(key => key.ActivatesAt <= world.WallClock))
                throw new SimulationException($"{group} has no key in force");
        }
        foreach (GroupKeyReceipt receipt in state.GroupKeyReceipts)
        {
            if (!state.GroupKeys.Any(key => key.KeyId == receipt.KeyId))
                throw new SimulationException($"the key that {receipt.Id} acknowledged is no longer held");
        }
    }
}
