using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>
/// A call's place on a bearer (TS 24.380 4.1.3, 10): where its media and floor control go while it is mapped, and how that is told.
/// </summary>
public sealed record MulticastSubchannel
{
    public required MulticastBearer Bearer { get; init; }

    /// <summary>Group address and port of media.</summary>
    public required IPEndPoint Media { get; init; }

    /// <summary>The same address, and the port of floor control.</summary>
    public required IPEndPoint Floor { get; init; }

    /// <summary>3 or 6 octets.</summary>
    public required ReadOnlyMemory<byte> Tmgi { get; init; }

    /// <summary>Protects floor control on the subchannel.</summary>
    public required MulticastKey FloorKey { get; init; }

    /// <summary>MSCCK: protects Map and Unmap Group To Bearer.</summary>
    public required MulticastKey ControlKey { get; init; }

    /// <summary>Legs that must monitor the bearer before the call is mapped.</summary>
    public int MinimumListeners { get; init; } = 2;

    /// <summary>Conversation: silence after which the subchannel is given back.</summary>
    public TimeSpan T15 { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Interval of Map Group To Bearer.</summary>
    public TimeSpan T16 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Interval of Unmap Group To Bearer.</summary>
    public TimeSpan T17 { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many times Unmap Group To Bearer is sent.</summary>
    public int C17 { get; init; } = 3;
}
