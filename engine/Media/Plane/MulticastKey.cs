using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>What the server protects multicast SRTCP of one call with.</summary>
/// <param name="Key">A MuSiK, MKFC or MSCCK (TS 24.380 13.1).</param>
/// <param name="Ssrc">
/// The SSRC of the messages. Never given before under this key, in no earlier process either: their SRTCP indexes start at 1
/// (RFC 7714 9.1).
/// </param>
public sealed record MulticastKey(McxKey Key, uint Ssrc);
