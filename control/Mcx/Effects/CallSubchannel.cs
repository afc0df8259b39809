using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>A call's own place on the bearer: where its media and floor control go while it is mapped, and what protects them.</summary>
/// <param name="FloorKey">MuSiK or MKFC of the group.</param>
/// <param name="FloorSsrc">New under that key.</param>
/// <param name="ControlKey">MSCCK of the bearer.</param>
/// <param name="ControlSsrc">New under that key.</param>
public sealed record CallSubchannel(
    IPEndPoint Media, IPEndPoint Floor, McxKey FloorKey, uint FloorSsrc, McxKey ControlKey, uint ControlSsrc);
