using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>A group the client is a member of, and the group master key (GMK) that protects its media.</summary>
public sealed record ProfileGroup(string Id, GroupMasterKey Key);
