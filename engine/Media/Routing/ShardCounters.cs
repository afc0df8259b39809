namespace MediaEngine.Media;

/// <summary>
/// Counters of one shard: written by its thread alone, read by any. A 64-bit write is atomic, so nothing is locked; a
/// reader may see one counter a packet ahead of another.
/// </summary>
internal sealed class ShardCounters
{
    public static readonly int DropReasons = Enum.GetValues<MediaDrop>().Length;

    private readonly long[] _drops = new long[DropReasons];

    public long ReceivedMedia_packets;
    public long AcceptedMedia_packets;
    public long ForwardedMedia_packets;
    public long MulticastMedia_packets;
    public long ReceivedFloor_packets;
    public long SentFloor_packets;
    public int Calls;
    public int Legs;

    public void Drop(MediaDrop reason) => _drops[(int)reason]++;

    /// <summary>The sum over several shards.</summary>
    public static MediaCounters Snapshot(IReadOnlyList<ShardCounters> shards, long lostReports)
    {
        long[] drops = new long[DropReasons];
        foreach (ShardCounters shard in shards)
        {
            for (int i = 0; i < drops.Length; i++)
                drops[i] += Volatile.Read(ref shard._drops[i]);
        }
        return new MediaCounters(drops)
        {
            ReceivedMedia_packets = shards.Sum(shard => Volatile.Read(ref shard.ReceivedMedia_packets)),
            AcceptedMedia_packets = shards.Sum(shard => Volatile.Read(ref shard.AcceptedMedia_packets)),
            ForwardedMedia_packets = shards.Sum(shard => Volatile.Read(ref shard.ForwardedMedia_packets)),
            MulticastMedia_packets = shards.Sum(shard => Volatile.Read(ref shard.MulticastMedia_packets)),
            ReceivedFloor_packets = shards.Sum(shard => Volatile.Read(ref shard.ReceivedFloor_packets)),
            SentFloor_packets = shards.Sum(shard => Volatile.Read(ref shard.SentFloor_packets)),
            LostReports = lostReports,
            Calls = shards.Sum(shard => Volatile.Read(ref shard.Calls)),
            Legs = shards.Sum(shard => Volatile.Read(ref shard.Legs)),
        };
    }
}
