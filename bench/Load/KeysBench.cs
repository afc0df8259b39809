namespace MediaEngine.Bench.Load;

/// <summary>The rotation of a large group's key, and whether those who ask for the floor notice.</summary>
internal static class KeysBench
{
    private const double RotationGoal_s = 6;

    public static int Run(LoadOptions options)
    {
        using var rotation = new KeyRotation(options.Members, options.Background);
        rotation.Check();
        using var calls = new LoopbackCalls(options.Calls);
        calls.RecordInto(new Latencies(), TimeSpan.FromSeconds(1));

        Latencies[] without = new Latencies[options.Turns], with = new Latencies[options.Turns];
        TimeSpan paused = TimeSpan.Zero;
        for (int turn = 0; turn < options.Turns; turn++)
        {
            calls.RecordInto(without[turn] = new Latencies(), TimeSpan.FromSeconds(options.Duration_s));
            calls.RecordInto(with[turn] = new Latencies());
            TimeSpan pausedBefore = GC.GetTotalPauseDuration();
            Rotate(rotation, options.Duration_s);
            paused += GC.GetTotalPauseDuration() - pausedBefore;
        }
        calls.RecordInto(new Latencies());

        if (!options.Json)
        {
            Sum(without).Print(Console.Out, $"request to grant over loopback, {options.Calls} calls");
            Sum(with).Print(Console.Out, $"request to grant over loopback, {options.Calls} calls, while keys are made");
        }
        Table.Print(
            [
                .. RotationRows(rotation, options.Members),
                new Row("collector's pauses meanwhile", paused.TotalMilliseconds, "ms", "none", null, null, null, null),
                .. GrantRows(without, with),
                new Row("requests without grant", calls.Unanswered, "", "none", null, null, 0, calls.Unanswered == 0),
            ],
            options.Json);
        return 0;
    }

    /// <summary>One rotation after the other, at least one, until the time is over.</summary>
    private static void Rotate(KeyRotation rotation, int duration_s)
    {
        long end_ns = WallClock.Now_ns + duration_s * 1_000_000_000L;
        do
            rotation.Run();
        while (WallClock.Now_ns < end_ns);
    }

    private static Row[] RotationRows(KeyRotation rotation, int members)
    {
        int rotations = rotation.Durations_s.Count;
        double duration_s = Math.Round(rotation.Durations_s.Order().ElementAt(rotations / 2), 2);
        double work_s = rotation.Work_ns / 1e9 / rotations;
        return
        [
            new Row(
                $"key messages for {members} members", duration_s, "s", "thread time/2",
                Math.Round(work_s / KeyRotation.Threads, 2), null, RotationGoal_s, duration_s <= RotationGoal_s),
            new Row("one key message", Math.Round(work_s * 1e3 / members, 2), "ms", "none", null, null, null, null),
            new Row("allocated for it", rotation.Allocated_bytes / rotations / members, "B", "none", null, null, null, null),
        ];
    }

    private static Row[] GrantRows(Latencies[] without, Latencies[] with)
    {
        return
        [
            Compare("p50", 0.5, null),
            Compare("p99", 0.99, Noise(without, 0.99)),
            Compare("p99.9", 0.999, null),
        ];

        // The medians of the turns.
        Row Compare(string name, double share, double? goal)
        {
            double? value_us = Median(with, share), peer_us = Median(without, share);
            double? ratio = Ratio(value_us, peer_us);
            return new Row(
                $"grant {name} while keys are made", value_us, "us", "without", peer_us, ratio, goal, goal is null ? null : ratio <= goal);
        }
    }

    /// <summary>How many times a turn is the one before or after it: the median. One turn that was disturbed does not excuse others.</summary>
    private static double? Noise(Latencies[] turns, double share)
    {
        double?[] values = [.. turns.Select(turn => turn.Percentile_us(share))];
        double?[] steps = [.. values.Skip(1).Zip(values, (next, last) => next > last ? Ratio(next, last) : Ratio(last, next)).Order()];
        return steps.Length == 0 ? null : steps[(steps.Length - 1) / 2];
    }

    private static double? Median(Latencies[] turns, double share) =>
        turns.Select(turn => turn.Percentile_us(share)).Order().ElementAt(turns.Length / 2);

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
