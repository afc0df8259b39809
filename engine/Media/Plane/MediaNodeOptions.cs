using System.Net;

namespace MediaEngine.Media;

/// <summary>How a media node is built. Every size is a bound.</summary>
public sealed record MediaNodeOptions
{
    /// <summary>The local IPv4 address to bind.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>What participants are told instead of <see cref="Address"/>: needed for 0.0.0.0 and behind a NAT.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>Audio port of the first shard, 0 = any; shard i binds the port plus 2i.</summary>
    public int AudioPort { get; init; }

    /// <summary>Floor control port of the first shard, 0 = any; shard i binds the port plus 2i.</summary>
    public int FloorPort { get; init; }

    /// <summary>Media threads, 1..64.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Open calls per shard.</summary>
    public int MaxCalls { get; init; } = 4096;

    public int MaxLegsPerCall { get; init; } = 4096;

    /// <summary>GMKs accepted at one time in one call.</summary>
    public int MaxGroupKeysPerCall { get; init; } = 4;

    /// <summary>Members whose media is accepted from behind one function of a temporary group call.</summary>
    public int MaxSendersPerFunction { get; init; } = 256;

    /// <summary>
    /// Send to where a leg's authenticated packets come from (NAT) instead of to where signalling said.
    /// </summary>
    public bool LearnAddresses { get; init; } = true;

    /// <summary>Commands waiting per shard.</summary>
    public int MaxCommands { get; init; } = 8192;

    /// <summary>Reports waiting.</summary>
    public int MaxReports { get; init; } = 8192;

    /// <summary>Requested size of the kernel's receive and send buffers.</summary>
    public int SocketBuffer_bytes { get; init; } = 4 << 20;
}
