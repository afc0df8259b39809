using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>The IP multicast bearer that calls may use, and when they do (TS 24.380 4.1.3, 10, 11.2).</summary>
public sealed record MulticastOptions
{
    /// <summary>The first of <see cref="Count"/> IPv4 addresses: one for each call that is mapped at a time.</summary>
    public required IPAddress First { get; init; }

    public required int Count { get; init; }

    /// <summary>Of media on every address.</summary>
    public required int MediaPort { get; init; }

    /// <summary>Of floor control on every address.</summary>
    public required int FloorPort { get; init; }

    /// <summary>Where Map and Unmap Group To Bearer go; an address of the range with another port will do.</summary>
    public required IPEndPoint GeneralPurpose { get; init; }

    public required int TimeToLive { get; init; }

    public required Tmgi Tmgi { get; init; }

    /// <summary>The configured MSCCK; null = made at each start and delivered with the announcement.</summary>
    public McxKey? ControlKey { get; init; }

    /// <summary>What managed groups get for floor control on their subchannels: MuSiK, or MKFC for clients that know no other.</summary>
    public KeyPurpose FloorKeyPurpose { get; init; } = KeyPurpose.MulticastSignallingKey;

    /// <summary>Participants that must listen to the bearer before a call is mapped to it.</summary>
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
