using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>Stops accepting media under a GMK and zeroes what was derived from it: the second half of a re-key.</summary>
public sealed record RetireGroupKey(CallId Call, KeyIdentifier GmkId) : MediaCommand(Call);
