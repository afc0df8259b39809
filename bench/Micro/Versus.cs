using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Side by side in one process, round by round, so that what disturbs one disturbs the other.</summary>
internal static class Versus
{
    private const int Rounds = 61;
    private const int Batch_packets = 2048;
    private const int WarmUpRounds = 30;
    private const string Framework = "System.Security.Cryptography.AesGcm";
    private static readonly KeyIdentifier DerivedSender = new(0x01c8de7b);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static int Run(bool json)
    {
        var rows = new List<Row>();
        foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm })
        {
            foreach (int payload_bytes in new[] { 20, 160, 320, 1200 })
                rows.AddRange(Compare(profile, payload_bytes));
        }
        rows.Add(Derivation());
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, Json));
        else
            Print(rows);
        return rows.TrueForAll(row => row.Met != false) ? 0 : 1;
    }

    private static IEnumerable<Row> Compare(SrtpProfile profile, int payload_bytes)
    {
        using var ours = new SrtpWork(profile, payload_bytes, Batch_packets);
        using var framework = new AesGcmWork(profile, payload_bytes, Batch_packets);
        long allocated = long.MaxValue;
        var samples = new List<double>[] { [], [], [], [] };
        for (int round = -WarmUpRounds; round < Rounds; round++)
        {
            ours.Refill();
            framework.Refill();
            long before = GC.GetAllocatedBytesForCurrentThread();
            double protect = Time(ours, static (work, _) => work.Protect());
            double unprotect = Time(ours, static (work, i) => work.Unprotect(i));
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            double encrypt = Time(framework, static (work, _) => work.Protect());
            framework.Refill();
            double decrypt = Time(framework, static (work, i) => work.Unprotect(i));
            if (round < 0)
                continue;
            allocated = Math.Min(allocated, bytes);
            samples[0].Add(protect);
            samples[1].Add(encrypt);
            samples[2].Add(unprotect);
            samples[3].Add(decrypt);
        }
        string name = $"{profile} {payload_bytes} B";
        yield return Row.Of($"protect {name}", samples[0], samples[1], Goals.AgainstAesGcm(payload_bytes));
        yield return Row.Of($"unprotect {name}", samples[2], samples[3], Goals.AgainstAesGcm(payload_bytes));
        yield return new Row(
            $"allocated {name}", allocated / (2.0 * Batch_packets), "B/packet", "none", 0, null, 0, allocated == 0);
    }

    private static Row Derivation()
    {
        const int Derivations = 200;
        using var group = new GroupMasterKey(new KeyIdentifier(0x09bf9d37), new byte[16], new byte[16]);
        var samples = new List<double>();
        for (int round = -5; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Derivations; i++)
            {
                using SrtpMasterKey key = group.DeriveMediaKey(DerivedSender);
                using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
            }
            if (round >= 0)
                samples.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Derivations);
        }
        return new Row("GMK to SRTP and SRTCP session keys", Median(samples), "ns", "none", null, null, null, null);
    }

    private static double Time<TWork>(TWork work, Func<TWork, int, int> packet)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Batch_packets; i++)
            packet(work, i);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Batch_packets;
    }

    private static double Median(List<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return sorted[sorted.Length / 2];
    }

    private static void Print(List<Row> rows)
    {
        Console.WriteLine($"{"measure",-40} {"ours",10} {"AesGcm",10} {"ratio",7} {"goal",6}  met");
        foreach (Row row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Measure,-40} {row.Value,10:F1} {row.PeerValue,10:F1} {row.Ratio,7:F2} {row.Goal,6:F2}  " +
                $"{(row.Met is bool met ? met ? "yes" : "NO" : "-")}"));
        }
        Console.WriteLine("ns per packet, median of rounds; rows 'allocated': bytes per packet.");
    }

    private sealed record Row(
        string Measure, double Value, string Unit, string Peer, double? PeerValue, double? Ratio, double? Goal, bool? Met)
    {
        public static Row Of(string measure, List<double> ours, List<double> theirs, double goal)
        {
            double ratio = Median([.. ours.Zip(theirs, (a, b) => a / b)]);
            return new Row(
                measure, Median(ours), "ns/packet", Framework, Median(theirs), Math.Round(ratio, 3), goal, ratio <= goal);
        }
    }
}
