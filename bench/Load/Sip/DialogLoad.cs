using System.Diagnostics;

namespace MediaEngine.Bench.Load;

/// <summary>As many INVITE dialogs at one time, those of group calls, and what is left when all have hung up.</summary>
internal static class DialogLoad
{
    /// <summary>The server's limit of calls is 1000.</summary>
    private const int MaxCalls = 1000;

    private const int RegisterWindow = 256;
    private const int CallWindow = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Row[]> MeasureAsync(SipLoadOptions options)
    {
        int groupSize = Math.Max(2, (options.Dialogs + MaxCalls - 1) / MaxCalls);
        int dialogs = options.Dialogs / groupSize * groupSize;
        TimeSpan settling = TimeSpan.FromSeconds(options.Settling_s);
        using var server = new ServerUnderTest(LoadOrganisation.Telephones(dialogs, groupSize));
        using var phones = new Phones(dialogs, server.Udp);
        phones.Register(RegisterWindow);
        await UntilAsync(server, "sip", "transactions", 0, settling);
        double before_MiB = server.Resident_MiB;
        long start = Stopwatch.GetTimestamp();
        phones.Call(groupSize, CallWindow);
        double setUp_s = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long legs = await UntilAsync(server, "media", "legs", dialogs, Patience);
        await UntilAsync(server, "sip", "transactions", 0, settling);
        double with_MiB = server.Resident_MiB;
        start = Stopwatch.GetTimestamp();
        phones.HangUp(CallWindow);
        double tearDown_s = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long legsLeft = await UntilAsync(server, "media", "legs", 0, Patience);
        long transactionsLeft = await UntilAsync(server, "sip", "transactions", 0, settling);
        return
        [
            new Row("INVITE dialogs at one time", legs, "", "asked for", dialogs, null, dialogs, legs == dialogs),
            new Row("set up each second", Math.Round(dialogs / setUp_s), "1/s", "none", null, null, null, null),
            new Row("memory of a dialog and its leg", Math.Round((with_MiB - before_MiB) * 1024 / dialogs, 1), "KiB", "none", null, null, null, null),
            new Row("ended each second", Math.Round(dialogs / tearDown_s), "1/s", "none", null, null, null, null),
            new Row("legs left", legsLeft, "", "none", null, null, 0, legsLeft == 0),
            new Row("transactions left", transactionsLeft, "", "none", null, null, 0, transactionsLeft == 0),
            new Row("requests refused", phones.Refused, "", "none", null, null, 0, phones.Refused == 0),
        ];
    }

    /// <summary>The counter, when it has that value or will not have it.</summary>
    private static async Task<long> UntilAsync(ServerUnderTest server, string section, string counter, long wanted, TimeSpan patience)
    {
        long value = await server.HealthAsync(section, counter);
        for (long start = Stopwatch.GetTimestamp(); value != wanted && Stopwatch.GetElapsedTime(start) < patience;)
        {
            await Task.Delay(200);
            value = await server.HealthAsync(section, counter);
        }
        return value;
    }
}
