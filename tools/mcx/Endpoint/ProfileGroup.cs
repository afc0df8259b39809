using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>A group the client is a member of.</summary>
/// <param name="Key">The configured group master key (GMK) that protects its media; null when the server delivers them.</param>
/// <param name="Affiliate">False for a group that is only a source of configuration and keys for regroups.</param>
public sealed record ProfileGroup(string Id, GroupMasterKey? Key, bool Affiliate = true)
{
    /// <summary>The configured MuSiK or MKFC, for floor control by multicast; null when the server delivers it, or there is none.</summary>
    public McxKey? FloorKey { get; init; }
}
