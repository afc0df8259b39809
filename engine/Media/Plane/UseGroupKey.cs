using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>
/// Media that the node itself protects goes under this GMK from now on; before the first such command under that of
/// <see cref="OpenCall"/>. Members change by the clock, so the control plane sends it when the key activates.
/// </summary>
public sealed record UseGroupKey(CallId Call, KeyIdentifier GmkId) : MediaCommand(Call);
