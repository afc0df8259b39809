using MediaEngine.Keys;

namespace MediaEngine.Simulation.Tests;

/// <summary>A client's keys as on its disk: they outlive it.</summary>
internal sealed class SimKeyRing
{
    private const int Capacity = 64;

    private readonly SimWorld _world;
    private readonly McxKeyStore _keys = new(Capacity);

    public SimKeyRing(SimWorld world, string name)
    {
        _world = world;
        McpttId = SimOrganisation.McpttId(name);
        foreach (string group in SimOrganisation.ConfiguredGroupsOf(name))
        {
            using GroupMasterKey configured = SimOrganisation.NewGroupKey(group);
            byte[] octets = new byte[McxKey.Key_bytes];
            configured.CopyKeyTo(octets);
            _keys.Install(new McxKey(configured.Id, octets, configured.Rand) { GroupIds = [group] });
        }
    }

    public string McpttId { get; }

    public KeyInstallation Install(McxKey key)
    {
        _keys.RemoveRetired(_world.WallClock);
        return _keys.Install(key);
    }

    public McxKey? ForSending(string group) => _keys.FindForSending(group, _world.WallClock);

    public McxKey? Find(KeyIdentifier id) => _keys.Find(id, _world.WallClock);
}
