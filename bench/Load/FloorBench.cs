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

    /// <summary>
    /// A tenth of the calls, the calls, ten times the calls, in turns of one floor cycle, so that what disturbs one disturbs the
    /// others.
    /// </summary>
    private static List<Row> Shard(LoadOptions options)
    {
        ShardLoad[] loads = new ShardLoad[3];
        loads[0] = new ShardLoad(Math.Max(1, options.Calls / 10));
        loads[1] = new ShardLoad(options.Calls);
        long heap_bytes = GC.GetTotalMemory(forceFullCollection: true);
        loads[2] = new ShardLoad(options.Calls * 10);
        heap_bytes = GC.GetTotalMemory(forceFullCollection: true) - heap_bytes;
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
            bool isFirst = load == loads[0];
            double ratio = Math.Round(load.Cycle_us / loads[0].Cycle_us, 3);
            rows.Add(new Row(
                $"floor cycle in a shard, {load.Calls} calls", Round(load.Cycle_us), "us", isFirst ? "none" : $"{loads[0].Calls} calls",
                isFirst ? null : Round(loads[0].Cycle_us), isFirst ? null : ratio, isFirst ? null : FlatGoal,
                isFirst ? null : ratio <= FlatGoal));
            load.Dispose();
        }
        rows.Add(new Row("heap of a call and its talker's client", Round(heap_bytes / 1e3 / loads[2].Calls), "kB", "none", null, null, null, null));
        return rows;
    }

    private static List<Row> Loopback(LoadOptions options)
    {
        using var calls = new LoopbackCalls(options.Calls);
        calls.RecordInto(new Latencies(), TimeSpan.FromSeconds(1));
        var grants = new Latencies();
        calls.RecordInto(grants, TimeSpan.FromSeconds(options.Duration_s));
        if (!options.Json)
            grants.Print(Console.Out, $"request to grant over loopback, {options.Calls} calls");
        long unanswered = calls.Unanswered;
        return
        [
            Percentile("p50", 0.5, null),
            Percentile("p99", 0.99, LoopbackGrantGoal_us),
            Percentile("p99.9", 0.999, null),
            Percentile("max", 1, null),
            new Row("requests without grant", unanswered, "", "none", null, null, 0, unanswered == 0),
        ];

        Row Percentile(string name, double share, double? goal)
        {
            double? value_us = grants.Percentile_us(share);
            return new Row(
                $"grant over loopback {name}, {options.Calls} calls", value_us, "us", "none", null, null, goal,
                goal is null ? null : value_us <= goal);
        }
    }

    private static double Round(double value_us) => Math.Round(value_us, 1);
}
