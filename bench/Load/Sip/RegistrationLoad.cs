using System.Net;

namespace MediaEngine.Bench.Load;

/// <summary>Registrations with digest over UDP, ours and Kamailio's, in turns.</summary>
internal static class RegistrationLoad
{
    private const int Users = 10_000;
    private const int Probe_s = 3;
    private const int Held_s = 20;
    private const int WarmUp_s = 5;
    private const int WarmUpRate = 4000;

    /// <summary>SIPp begins about as many as it was told when it keeps up.</summary>
    private const double KeptUp = 0.95;

    /// <summary>Answered requests are remembered for 32 s: before, memory grows because it must.</summary>
    private const int Filled_s = 40;

    private const double FlatGoal = 1.05;
    private static readonly int[] Workers = [1, 2, 4];

    public static IEnumerable<Row> Measure(SipLoadOptions options)
    {
        using var server = new ServerUnderTest(LoadOrganisation.Telephones(Users, groupSize: 0));
        using var sipp = new SippRegistrations(Users);
        var peers = new List<KamailioPeer>();
        try
        {
            foreach (int workers in Workers)
                peers.Add(new KamailioPeer(workers));
            foreach (IPEndPoint endPoint in (IPEndPoint[])[server.Udp, .. peers.Select(peer => peer.Udp)])
                sipp.Run(endPoint, options.Rate > 0 ? Math.Min(options.Rate, WarmUpRate) : WarmUpRate, Math.Min(WarmUp_s, options.Duration_s));
            int ours = options.Rate, theirs = options.Rate;
            KamailioPeer best = peers[0];
            if (options.Rate == 0)
            {
                RateSearch search = Search(sipp, server.Udp);
                RateSearch[] others = [.. peers.Select(peer => Search(sipp, peer.Udp))];
                TakeTurns([search, .. others]);
                ours = search.Best;
                theirs = others.Max(other => other.Best);
                best = peers[Array.FindIndex(others, other => other.Best == theirs)];
            }
            if (options.Rate == 0)
                yield return AtLeast("registrations without failure or retransmission", ours, "1/s", $"kamailio, {best.Workers} w", theirs);
            foreach (Row row in AtOneRate(options.Rate > 0 ? options.Rate : Math.Min(ours, theirs), options.Duration_s, sipp, server, best))
                yield return row;
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    private static RateSearch Search(SippRegistrations sipp, IPEndPoint server) => new((rate, isLong) =>
    {
        SippResult result = sipp.Run(server, rate, isLong ? Held_s : Probe_s);
        return result is { Failed: 0, Retransmissions: 0 } && result.Rate >= KeptUp * rate;
    });

    private static void TakeTurns(RateSearch[] searches)
    {
        while (searches.Any(search => !search.IsOver))
        {
            foreach (RateSearch search in searches.Where(search => !search.IsOver))
                search.Try();
        }
    }

    private static Row[] AtOneRate(int rate, int duration_s, SippRegistrations sipp, ServerUnderTest server, KamailioPeer peer)
    {
        const int peersShare_s = 60;
        int peer_s = Math.Min(duration_s, peersShare_s);
        (SippResult theirs, double theirs_us) = Timed(() => sipp.Run(peer.Udp, rate, peer_s), peer.Id);
        using var memory = new MemoryWatch(server.Id);
        (SippResult ours, double ours_us) = Timed(() => sipp.Run(server.Udp, rate, duration_s), server.Id);
        double[] resident_MiB = memory.Stop();
        bool isLong = duration_s >= 3 * Filled_s;
        double before_MiB = Average(resident_MiB.Skip(isLong ? Filled_s : 0).Take(duration_s / 10 + 1));
        double after_MiB = Average(resident_MiB.Take(duration_s).TakeLast(duration_s / 10 + 1));
        double growth = Math.Round(after_MiB / before_MiB, 3);
        return
        [
            new Row($"registrations failed at {rate}/s for {duration_s} s", ours.Failed_percent, "%", "kamailio", theirs.Failed_percent, null, 0, ours.Failed == 0),
            new Row("requests repeated meanwhile", ours.Retransmissions, "", "kamailio", theirs.Retransmissions, null, null, null),
            AtMost("processor time of a registration", ours_us, "us", $"kamailio, {peer.Workers} w", theirs_us),
            new Row(
                "memory at the end, and after 40 s", Math.Round(after_MiB, 1), "MiB", "itself", Math.Round(before_MiB, 1), growth, isLong ? FlatGoal : null,
                isLong ? growth <= FlatGoal : null),
        ];
    }

    private static (SippResult Result, double Each_us) Timed(Func<SippResult> run, int process)
    {
        double before_s = ProcessUsage.Processor_s(process);
        SippResult result = run();
        return (result, Math.Round((ProcessUsage.Processor_s(process) - before_s) * 1e6 / Math.Max(1, result.Successful), 1));
    }

    private static double Average(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static Row AtLeast(string measure, double value, string unit, string peer, double peerValue)
    {
        double? ratio = RatioOf(value, peerValue);
        return new Row(measure, value, unit, peer, peerValue, ratio, 1, ratio is null ? null : ratio >= 1);
    }

    private static Row AtMost(string measure, double value, string unit, string peer, double peerValue)
    {
        double? ratio = RatioOf(value, peerValue);
        return new Row(measure, value, unit, peer, peerValue, ratio, 1, ratio is null ? null : ratio <= 1);
    }

    // In a short run the peer may take less than the clock can tell.
    private static double? RatioOf(double value, double peerValue) => peerValue > 0 ? Math.Round(value / peerValue, 3) : null;
}
