using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>
/// The other function of a temporary group call, as a leg: floor messages go under an SPK, media of everybody behind it comes
/// and goes end-to-end protected under the call's GMKs (TS 24.380 6.5, 13). Its packets are taken from these addresses only.
/// </summary>
/// <param name="Leg">New in this call, not negative.</param>
/// <param name="Audio">Where its media socket is.</param>
/// <param name="Floor">Where its floor control socket is.</param>
/// <param name="SignallingProtectionKey">The SPK; it may serve many calls between the two servers.</param>
/// <param name="ServerSsrc">
/// SSRC of floor control messages to it. Never used before under this SPK, by either server: both protect with the one key
/// (RFC 7714 9.1).
/// </param>
/// <param name="PeerSsrc">SSRC of its floor control messages (mc_floor_ssrc); it tells the calls between two servers apart.</param>
public sealed record FunctionPeer(
    LegId Leg, IPEndPoint Audio, IPEndPoint Floor, McxKey SignallingProtectionKey, uint ServerSsrc, uint PeerSsrc);
