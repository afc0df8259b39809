namespace MediaEngine.Bench.Load;

/// <summary>
/// What floor control costs: its messages, a machine alone, a shard's calls without sockets, and whole calls over loopback.
/// </summary>
internal static class FloorBench
{
    private const int CodecRoundsPerSecond = 2;
    private const int ArbiterRoundsPerSecond = 5;
    private const int CyclesPerSecond = 2000;
    private const double ShardGrantGoal_us = 1000;
    private const double LoopbackGrantGoal_us = 3000;
    private const double FlatGoal = 1.5;

    public static int Run(LoadOptions options)
    {
        List<Row> rows = CodecLoad.Measure(CodecRoundsPerSecond * options.Duration_s);
        rows.AddRange(ArbiterLoad.Measure(ArbiterRoundsPerSecond * options.Duration_s));
        rows.AddRange(Shard(options));
        rows.AddRange(Loopback(options));
        Table.Print(rows, options.Json);
        return options.Strict && rows.Any(row => row.Met == false) ? 1 : 0;
    }

    /// <summary>In turns of one floor cycle, so that what disturbs one number of calls disturbs the others.</summary>
    private static List<Row> Shard(LoadOptions options)
    {
        int[] sizes = SizesOf(options);
        ShardLoad[] loads = new ShardLoad[3];
        loads[0] = new ShardLoad(sizes[0]);
        loads[1] = new ShardLoad(sizes[1]);
        long heap_bytes = HeapSize.Now_bytes();
        loads[2] = new ShardLoad(sizes[2]);
        heap_bytes = HeapSize.Now_bytes() - heap_bytes;
        for (int cycle = 0; cycle < CyclesPerSecond * options.Duration_s; cycle++)
        {
            foreach (ShardLoad load in loads)
                load.Run(cycles: 1);
        }
        var rows = new List<Row>();
        foreach (ShardLoad load in loads)
        {
            double? grant_us = load.Grants.Percentile_us(0.999);
            rows.Add(new Row(
                $"grant in a shard p99.9, {load.Calls} calls", grant_us, "us", "by wall clock",
                load.GrantsByWallClock.Percentile_us(0.999), null, ShardGrantGoal_us, grant_us <= ShardGrantGoal_us));
        }
        foreach (ShardLoad load in loads)
        {
            rows.Add(CycleRow("in a shard", load.Calls, load.Cycle_us, loads[0].Calls, loads[0].Cycle_us, goal: null));
            load.Dispose();
        }
        rows.Add(new Row("heap of a call and its talker's client", Round(heap_bytes / 1e3 / loads[2].Calls), "kB", "none", null, null, null, null));
        return rows;
    }

    /// <summary>
    /// One number of calls after the other, each for whole periods of the schedule by default: then every call has as many cycles.
    /// </summary>
    private static List<Row> Loopback(LoadOptions options)
    {
        List<Row> grantRows = [], cycleRows = [];
        int[] sizes = SizesOf(options);
        double fewest_us = 0;
        long unanswered = 0;
        foreach (int size in sizes)
        {
            using var calls = new LoopbackCalls(size);
            calls.RecordInto(new Latencies(), TimeSpan.FromSeconds(1));
            var grants = new Latencies();
            double start_ns = LoopbackCalls.ShardTime_ns;
            calls.RecordInto(grants, TimeSpan.FromSeconds(size == options.Calls ? options.Duration_s : FloorSchedule.Period_s));
            double cycle_us = (LoopbackCalls.ShardTime_ns - start_ns) / 1e3 / Math.Max(1, grants.Count);
            unanswered += calls.Unanswered;
            if (size == sizes[0])
                fewest_us = cycle_us;
            cycleRows.Add(CycleRow("over loopback", size, cycle_us, sizes[0], fewest_us, FlatGoal));
            if (size == options.Calls)
                grantRows = GrantRows(grants, options);
        }
        return [.. grantRows, new Row("requests without grant", unanswered, "", "none", null, null, 0, unanswered == 0), .. cycleRows];
    }

    private static List<Row> GrantRows(Latencies grants, LoadOptions options)
    {
        if (!options.Json)
            grants.Print(Console.Out, $"request to grant over loopback, {options.Calls} calls");
        return
        [
            Percentile("p50", 0.5, null), Percentile("p99", 0.99, LoopbackGrantGoal_us), Percentile("p99.9", 0.999, null), Percentile("max", 1, null),
        ];

        Row Percentile(string name, double share, double? goal)
        {
            double? value_us = grants.Percentile_us(share);
            return new Row(
                $"grant over loopback {name}, {options.Calls} calls", value_us, "us", "none", null, null, goal,
                goal is null ? null : value_us <= goal);
        }
    }

    /// <summary>A tenth of the calls, the calls, ten times the calls.</summary>
    private static int[] SizesOf(LoadOptions options) => [Math.Max(1, options.Calls / 10), options.Calls, 10 * options.Calls];

    /// <summary>What a cycle costs, beside what it costs with the fewest calls.</summary>
    private static Row CycleRow(string where, int calls, double cycle_us, int fewestCalls, double fewest_us, double? goal)
    {
        string measure = $"floor cycle {where}, {calls} calls";
        if (calls == fewestCalls)
            return new Row(measure, Round(cycle_us), "us", "none", null, null, null, null);
        double ratio = Math.Round(cycle_us / fewest_us, 3);
        return new Row(measure, Round(cycle_us), "us", $"{fewestCalls} calls", Round(fewest_us), ratio, goal, goal is null ? null : ratio <= goal);
    }

    private static double Round(double value_us) => Math.Round(value_us, 1);
}
