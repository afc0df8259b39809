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

        Latencies without = new(), with = new();
        List<double> quiet_us = [], rotations_s = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            var grants = new Latencies();
            calls.RecordInto(grants, TimeSpan.FromSeconds(options.Duration_s));
            quiet_us.Add(grants.Percentile_us(0.99));
            without.Add(grants);

            calls.RecordInto(with);
            long start_ns = WallClock.Now_ns;
            rotation.Run();
            rotations_s.Add((WallClock.Now_ns - start_ns) / 1e9);
            calls.RecordInto(new Latencies());
        }
        if (!options.Json)
        {
            without.Print(Console.Out, $"request to grant, {options.Calls} calls, no keys made");
            with.Print(Console.Out, $"request to grant, {options.Calls} calls, while keys are made");
        }
        return 0;
    }
}
