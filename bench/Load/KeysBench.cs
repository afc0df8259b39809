namespace MediaEngine.Bench.Load;

/// <summary>The rotation of a large group's key, and whether those who ask for the floor notice.</summary>
internal static class KeysBench
{
    private const int Turns = 5;
    private const double RotationGoal_s = 6;

    public static int Run(LoadOptions options)
    {
        using var rotation = new KeyRotation(options.Members, options.Niceness);
        rotation.Check();
        using var calls = new LoopbackCalls(options.Calls);
        calls.RecordInto(new Latencies(), TimeSpan.FromSeconds(1));

        Latencies[] without = new Latencies[Turns], with = new Latencies[Turns];
        var rotations_s = new List<double>();
        for (int turn = 0; turn < Turns; turn++)
        {
            calls.RecordInto(without[turn] = new Latencies(), TimeSpan.FromSeconds(options.Duration_s));
            calls.RecordInto(with[turn] = new Latencies());
            rotations_s.AddRange(Rotate(rotation, options.Duration_s));
        }
        calls.RecordInto(new Latencies());

        Latencies allWithout = Sum(without), allWith = Sum(with);
        double duration_s = Median(rotations_s);
        double work_s = rotation.Work_ns / 1e9 / rotations_s.Count;
        List<Row> rows =
        [
            new Row(
                $"keys for {options.Members} members", Math.Round(duration_s, 2), "s", "thread time/2",
                Math.Round(work_s / KeyRotation.Threads, 2), null, RotationGoal_s, duration_s <= RotationGoal_s),
            new Row("one key message", Math.Round(work_s * 1e3 / options.Members, 2), "ms", "none", null, null, null, null),
            Both("grant p50 while keys are made", 0.5),
            Turned("grant p99 while keys are made", without, with),
            Both("grant p99.9 while keys are made", 0.999),
            new Row("requests without grant", calls.Unanswered, "", "none", null, null, 0, calls.Unanswered == 0),
        ];
        if (options.Json)
        {
            Table.PrintJson(rows);
            return 0;
        }
        allWithout.Print(Console.Out, $"request to grant over loopback, {options.Calls} calls, without");
        allWith.Print(Console.Out, $"request to grant over loopback, {options.Calls} calls, while keys are made");
        Table.Print(rows);
        return 0;

        Row Both(string measure, double share)
        {
            double? value_us = allWith.Percentile_us(share), peer_us = allWithout.Percentile_us(share);
            return new Row(measure, value_us, "us", "without", peer_us, Ratio(value_us, peer_us), null, null);
        }
    }

    /// <summary>The medians of the turns. The goal is noise: what the worst turn without keys was to the median one.</summary>
    private static Row Turned(string measure, Latencies[] without, Latencies[] with)
    {
        double? value_us = MedianPercentile(with), peer_us = MedianPercentile(without);
        double? noise = Ratio(without.Max(turn => turn.Percentile_us(0.99)), peer_us);
        double? ratio = Ratio(value_us, peer_us);
        return new Row(measure, value_us, "us", "without", peer_us, ratio, noise, ratio <= noise);
    }

    /// <summary>How long each rotation took; one after the other, at least one, until the time is over.</summary>
    private static IEnumerable<double> Rotate(KeyRotation rotation, int duration_s)
    {
        long end_ns = WallClock.Now_ns + duration_s * 1_000_000_000L;
        do
        {
            long start_ns = WallClock.Now_ns;
            rotation.Run();
            yield return (WallClock.Now_ns - start_ns) / 1e9;
        }
        while (WallClock.Now_ns < end_ns);
    }

    private static double? MedianPercentile(Latencies[] turns) =>
        turns.Select(turn => turn.Percentile_us(0.99)).Order().ElementAt(turns.Length / 2);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double? Ratio(double? value, double? peer) =>
        value is { } ours && peer is { } theirs ? Math.Round(ours / theirs, 3) : null;

    private static Latencies Sum(Latencies[] turns)
    {
        var sum = new Latencies();
        foreach (Latencies turn in turns)
            sum.Add(turn);
        return sum;
    }
}
