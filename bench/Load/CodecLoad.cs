using MediaEngine.Floor;

namespace MediaEngine.Bench.Load;

/// <summary>Every type of floor control message, with all it may carry, read and written.</summary>
internal static class CodecLoad
{
    private const int MessagesPerRound = 20_000;
    private const double Goal_ns = 100;

    private static int s_sink;

    /// <summary>Thread time of one, the median of the rounds; and what all of them allocated.</summary>
    public static List<Row> Measure(int rounds)
    {
        var rows = new List<Row>();
        long allocated = 0;
        FloorMessageWork[] all = [.. Enum.GetValues<FloorMessageType>().Select(type => new FloorMessageWork(type))];
        foreach (FloorMessageWork work in all)
        {
            WarmUp.Run(() =>
            {
                Round(work.Read);
                Round(work.Write);
            });
        }
        foreach (FloorMessageWork work in all)
        {
            rows.Add(Measure($"read {work.Type}", work.Read, rounds, ref allocated));
            rows.Add(Measure($"write {work.Type}", work.Write, rounds, ref allocated));
        }
        rows.Add(new Row("allocated by messages", allocated, "B", "none", null, null, 0, allocated == 0));
        return rows;
    }

    private static Row Measure(string name, Func<int> work, int rounds, ref long allocated)
    {
        double[] times_ns = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            times_ns[i] = Round(work);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Array.Sort(times_ns);
        double median_ns = Math.Round(times_ns[rounds / 2], 1);
        return new Row(name, median_ns, "ns", "none", null, null, Goal_ns, median_ns <= Goal_ns);
    }

    private static double Round(Func<int> work)
    {
        int sum = 0;
        double start_ns = ThreadClock.Now_ns();
        for (int i = 0; i < MessagesPerRound; i++)
            sum += work();
        double end_ns = ThreadClock.Now_ns();
        s_sink = sum;
        return (end_ns - start_ns) / MessagesPerRound;
    }
}
