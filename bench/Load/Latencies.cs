using System.Globalization;
using System.Numerics;

namespace MediaEngine.Bench.Load;

/// <summary>
/// A histogram of durations: 32 buckets to each power of two nanoseconds, so a percentile is at most 3 % too high.
/// Recording allocates nothing. One thread records at a time.
/// </summary>
internal sealed class Latencies
{
    private const int BucketBits = 5;
    private const int Buckets = 1 << BucketBits;
    private const int BarLength = 50;

    private readonly long[] _counts = new long[(64 - BucketBits) * Buckets];

    public long Count { get; private set; }

    public long Max_ns { get; private set; }

    public void Record(long duration_ns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(duration_ns);
        _counts[BucketOf(duration_ns)]++;
        Count++;
        Max_ns = Math.Max(Max_ns, duration_ns);
    }

    public void Add(Latencies other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Max_ns = Math.Max(Max_ns, other.Max_ns);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Max_ns = 0;
    }

    /// <summary>Not exceeded by this share of the durations; null without any.</summary>
    public double? Percentile_us(double share)
    {
        if (Count == 0)
            return null;
        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        int bucket = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[bucket])
            bucket++;
        return Math.Round(Math.Min(EndOf(bucket), Max_ns) / 1e3, 1);
    }

    /// <summary>A bar for each power of two.</summary>
    public void Print(TextWriter output, string title)
    {
        output.WriteLine($"{title}, {Count} times:");
        long[] octaves = new long[64];
        for (int i = 0; i < _counts.Length; i++)
            octaves[BitOperations.Log2((ulong)EndOf(i))] += _counts[i];
        int first = Array.FindIndex(octaves, count => count > 0);
        int last = Array.FindLastIndex(octaves, count => count > 0);
        for (int octave = first; octave >= 0 && octave <= last; octave++)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {(1L << octave) / 1e3,9:0.#} us  {octaves[octave],8}  {new string('#', BarOf(octaves[octave]))}"));
        }
    }

    private int BarOf(long count) => (int)Math.Ceiling(BarLength * count / (double)Count);

    // Below 2^5 one bucket per nanosecond, above 32 per octave.
    private static int BucketOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - BucketBits);
        return shift * Buckets + (int)(value >> shift);
    }

    private static long EndOf(int bucket)
    {
        int shift = Math.Max(0, bucket / Buckets - 1);
        return ((long)(bucket - shift * Buckets) << shift) + (1L << shift) - 1;
    }
}
