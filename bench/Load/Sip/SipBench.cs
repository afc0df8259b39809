namespace MediaEngine.Bench.Load;

/// <summary>What the SIP core stands: messages alone, registrations beside Kamailio's, bindings, dialogs and a fan-out of the server program.</summary>
internal static class SipBench
{
    public static async Task<int> RunAsync(SipLoadOptions options)
    {
        var rows = new List<Row>();
        if (options.Wants("messages"))
            rows.AddRange(MessageLoad.Measure());
        if (options.Wants("registrations"))
            rows.AddRange(RegistrationLoad.Measure(options));
        if (options.Wants("bindings"))
            rows.AddRange(await BindingLoad.MeasureAsync(options));
        if (options.Wants("dialogs"))
            rows.AddRange(await DialogLoad.MeasureAsync(options));
        if (options.Wants("fan-out"))
            rows.AddRange(await FanOutLoad.MeasureAsync(options));
        Table.Print(rows, options.Json);
        return options.Strict && rows.Any(row => row.Met == false) ? 1 : 0;
    }
}
