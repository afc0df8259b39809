namespace MediaEngine.Bench.Load;

/// <summary>As many bindings at one time, each of its own user at an address and port of its own.</summary>
internal static class BindingLoad
{
    private const double MemoryGoal_MiB = 400;
    private const int Window = 256;

    public static async Task<Row[]> MeasureAsync(SipLoadOptions options)
    {
        using var server = new ServerUnderTest(LoadOrganisation.Telephones(options.Bindings, groupSize: 0));
        double empty_MiB = server.Resident_MiB;
        ProcessUsage.ForgetPeak(server.Id);
        using var phones = new Phones(options.Bindings, server.Udp);
        phones.Register(Window);
        double peak_MiB = Math.Round(ProcessUsage.PeakResident_MiB(server.Id), 1);
        await Task.Delay(TimeSpan.FromSeconds(options.Settling_s));
        double settled_MiB = Math.Round(server.Resident_MiB, 1);
        long bindings = await server.HealthAsync("store", "registrations");
        return
        [
            new Row("bindings", bindings, "", "asked for", options.Bindings, null, options.Bindings, bindings == options.Bindings),
            new Row($"memory with {bindings} bindings", settled_MiB, "MiB", "before", Math.Round(empty_MiB, 1), null, MemoryGoal_MiB, settled_MiB < MemoryGoal_MiB),
            new Row("most memory on the way there", peak_MiB, "MiB", "none", null, null, null, null),
        ];
    }
}
