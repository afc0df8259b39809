namespace MediaEngine.Bench.Load;

/// <summary>What the SIP core stands: registrations beside Kamailio's, bindings, dialogs and a fan-out of the server program.</summary>
internal static class SipBench
{
    public static int Run(SipLoadOptions options)
    {
        var rows = new List<Row>();
        if (options.Wants("registrations"))
            rows.AddRange(RegistrationLoad.Measure(options));
        Table.Print(rows, options.Json);
        return options.Strict && rows.Any(row => row.Met == false) ? 1 : 0;
    }
}
