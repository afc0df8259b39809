namespace MediaEngine.Bench.Load;

/// <summary>One floor control server as fast as it goes, with several mixes of events in turns.</summary>
internal static class ArbiterLoad
{
    private const int EventsPerRound = 20_000;
    private const double Goal_millions = 3;

    /// <summary>Millions of events per second of thread time, the median of the rounds, and what they allocated.</summary>
    public static List<Row> Measure(int rounds)
    {
        ArbiterMix[] mixes =
        [
            ArbiterMix.Talks(6), ArbiterMix.Talks(100), ArbiterMix.Contention(6), ArbiterMix.Contention(100), ArbiterMix.Media(6), ArbiterMix.Media(100),
        ];
        double[][] millions = [.. mixes.Select(_ => new double[rounds])];
        long allocated = 0;
        WarmUp.Run(() => Array.ForEach(mixes, mix => Round(mix)));
        for (int i = 0; i < rounds; i++)
        {
            for (int mix = 0; mix < mixes.Length; mix++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                millions[mix][i] = Round(mixes[mix]);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }
        return
        [
            .. mixes.Zip(millions).Select(pair => ToRow(pair.First, pair.Second)),
            new Row("allocated by events", allocated, "B", "none", null, null, 0, allocated == 0),
        ];
    }

    private static Row ToRow(ArbiterMix mix, double[] millions)
    {
        Array.Sort(millions);
        double median = Math.Round(millions[millions.Length / 2], 2);
        return new Row($"floor events of one core, {mix.Name}", median, "M/s", "none", null, null, Goal_millions, median >= Goal_millions);
    }

    private static double Round(ArbiterMix mix)
    {
        int cycles = EventsPerRound / mix.EventsPerCycle;
        double start_ns = ThreadClock.Now_ns();
        for (int i = 0; i < cycles; i++)
            mix.Cycle();
        return mix.EventsPerCycle * cycles / (ThreadClock.Now_ns() - start_ns) * 1e3;
    }
}
