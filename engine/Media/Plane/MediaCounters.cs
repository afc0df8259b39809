namespace MediaEngine.Media;

/// <summary>Sums since start, over all shards: a copy taken at one moment, of no further use to the media threads.</summary>
public sealed record MediaCounters
{
    private readonly long[] _drops;

    internal MediaCounters(long[] drops) => _drops = drops;

    /// <summary>Datagrams that arrived at an audio port.</summary>
    public long ReceivedMedia_packets { get; init; }

    /// <summary>Authenticated media packets of a talker, each counted once whatever the number of receivers.</summary>
    public long AcceptedMedia_packets { get; init; }

    /// <summary>Unicast copies sent.</summary>
    public long ForwardedMedia_packets { get; init; }

    /// <summary>Multicast copies sent.</summary>
    public long MulticastMedia_packets { get; init; }

    /// <summary>Datagrams that arrived at a floor port.</summary>
    public long ReceivedFloor_packets { get; init; }

    /// <summary>Floor control messages sent.</summary>
    public long SentFloor_packets { get; init; }

    /// <summary>Reports lost to a slow reader.</summary>
    public long LostReports { get; init; }

    public int Calls { get; init; }

    public int Legs { get; init; }

    /// <summary>Packets that went no further for this reason.</summary>
    public long Dropped(MediaDrop reason) => _drops[(int)reason];

    /// <summary>Packets that went no further for any reason.</summary>
    public long DroppedTotal => _drops.Sum();
}
