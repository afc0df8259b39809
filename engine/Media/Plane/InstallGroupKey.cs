using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>Accepts media under one more GMK, beside those installed: the first half of a re-key.</summary>
public sealed record InstallGroupKey(CallId Call, GroupMasterKey Key) : MediaCommand(Call);
