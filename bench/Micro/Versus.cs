using System.Globalization;
using System.Runtime;
using System.Text.Json;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Side by side in one process, round by round, so that what disturbs one disturbs the other.</summary>
internal static class Versus
{
    private const int Passes = 5;
    private const int WarmUpRounds = 3;
    private const int Packets = 512;
    private const int Keys = 1000;
    private const int Mki_bytes = 8;
    private const string IpsecMb = "ipsec-mb direct";
    private const string Evp = "OpenSSL EVP";
    private const string Libsrtp = "libsrtp2";
    private const string Framework = "AesGcm";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly int[] Payloads_bytes = [20, 60, 160, 320, 1200];

    public static int Run(bool json, bool strict, int rounds)
    {
        var rows = new List<Row>();
        var peers = new List<Peer>();
        Add(IpsecMb, "ipsecmb", "IPSec_MB", "libipsec-mb-dev");
        Add(Evp, "evp", "crypto", "libssl-dev");
        Add(Libsrtp, "libsrtp", "srtp2", "libsrtp2-dev");
        foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm })
        {
            foreach (int payload_bytes in Payloads_bytes)
                rows.AddRange(Streams(profile, payload_bytes, peers, rounds));
            foreach (int payload_bytes in new[] { 160, 1200 })
                rows.AddRange(FanOut(profile, payload_bytes, peers, rounds));
        }
        rows.Add(Mki(rounds));
        rows.AddRange(Steadiness());
        rows.AddRange(ContextSize.Rows());
        rows.Add(Derivation(rounds));
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, Json));
        else
            Print(rows);
        return strict && rows.Exists(row => row.Met == false) ? 1 : 0;

        void Add(string name, string source, string library, string package)
        {
            Peer? peer = Peer.TryBuild(name, source, library);
            if (peer is not null)
                peers.Add(peer);
            else
                rows.Add(new Row($"not measured: needs gcc and {package}", null, "", name, null, null, null, null));
        }
    }

    private static IEnumerable<Row> Streams(SrtpProfile profile, int payload_bytes, List<Peer> peers, int rounds)
    {
        using var ours = new SrtpWork(profile, Mki_bytes, payload_bytes, Packets);
        using var framework = new AesGcmWork(profile, payload_bytes, Packets);
        List<Peer.Session> sessions =
            [.. peers.Select(peer => peer.Open(profile.KeyLength_bytes(), Mki_bytes, payload_bytes, Packets))];
        string[] names = [.. peers.Select(peer => peer.Name), Framework];
        string packet = $"{profile} {payload_bytes} B";
        Comparison[] protects = [.. names.Select(name => new Comparison($"protect {packet}", name, Goal(name, payload_bytes)))];
        Comparison[] unprotects =
            [.. names.Select(name => new Comparison($"unprotect {packet}", name, Goal(name, payload_bytes)))];
        for (int pass = 0; pass < Passes; pass++)
        {
            List<double>[] protect = [.. Enumerable.Range(0, names.Length + 1).Select(_ => new List<double>())];
            List<double>[] unprotect = [.. Enumerable.Range(0, names.Length + 1).Select(_ => new List<double>())];
            for (int round = -WarmUpRounds; round < rounds; round++)
            {
                (double Protect, double Unprotect)[] times =
                [
                    .. sessions.Select(session => session.Round()), ThreadClock.Round(framework, Packets),
                    ThreadClock.Round(ours, Packets),
                ];
                for (int i = 0; i < times.Length && round >= 0; i++)
                {
                    protect[i].Add(times[i].Protect);
                    unprotect[i].Add(times[i].Unprotect);
                }
            }
            for (int i = 0; i < names.Length; i++)
            {
                protects[i].AddPass(protect[^1], protect[i]);
                unprotects[i].AddPass(unprotect[^1], unprotect[i]);
            }
        }
        sessions.ForEach(session => session.Dispose());
        return [.. protects.Select(c => c.ToRow()), .. unprotects.Select(c => c.ToRow())];
    }

    private static IEnumerable<Row> FanOut(SrtpProfile profile, int payload_bytes, List<Peer> peers, int rounds)
    {
        using var ours = new FanOutWork(profile, payload_bytes, Packets, Keys);
        var rows = new List<Row>();
        foreach (Peer peer in peers.Where(peer => peer.Name != Evp))
        {
            using Peer.Session theirs = peer.Open(profile.KeyLength_bytes(), Mki_bytes, payload_bytes, Packets, Keys);
            var comparison = new Comparison(
                $"1 to {Keys} keys {profile} {payload_bytes} B", peer.Name, Goal(peer.Name, payload_bytes));
            for (int pass = 0; pass < Passes; pass++)
            {
                List<double> mine = [], others = [];
                for (int round = -WarmUpRounds; round < rounds; round++)
                {
                    double other = theirs.FanOut();
                    double own = ours.Round_ns();
                    if (round < 0)
                        continue;
                    others.Add(other);
                    mine.Add(own);
                }
                comparison.AddPass(mine, others);
            }
            rows.Add(comparison.ToRow());
        }
        return rows;
    }

    private static Row Mki(int rounds)
    {
        using var with = new SrtpWork(SrtpProfile.AeadAes128Gcm, Mki_bytes, 160, Packets);
        using var without = new SrtpWork(SrtpProfile.AeadAes128Gcm, 0, 160, Packets);
        List<double> on = [], off = [];
        for (int round = -WarmUpRounds; round < Passes * rounds; round++)
        {
            (double protect, double unprotect) = ThreadClock.Round(with, Packets);
            (double barelyProtect, double barelyUnprotect) = ThreadClock.Round(without, Packets);
            if (round < 0)
                continue;
            on.Add((protect + unprotect) / 2);
            off.Add((barelyProtect + barelyUnprotect) / 2);
        }
        double cost = Math.Round(Comparison.Median([.. on.Zip(off, (a, b) => a - b)]), 1);
        return new Row(
            "an MKI of 8 octets, 160 B", cost, "ns/packet", "without", 0, null, Goals.Mki_ns, cost <= Goals.Mki_ns);
    }

    private static IEnumerable<Row> Steadiness()
    {
        const int Rounds = 1_000_000 / Packets + 1;
        using var work = new SrtpWork(SrtpProfile.AeadAes128Gcm, Mki_bytes, 160, Packets);
        for (int round = 0; round < 100; round++)
            ThreadClock.Round(work, Packets);
        long methods = JitInfo.GetCompiledMethodCount();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < Rounds; round++)
            ThreadClock.Round(work, Packets);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        methods = JitInfo.GetCompiledMethodCount() - methods;
        yield return new Row("allocated over 10^6 packets", allocated, "B", "none", 0, null, 0, allocated == 0);
        yield return new Row("methods compiled over 10^6 packets", methods, "methods", "none", 0, null, 0, methods == 0);
    }

    private static Row Derivation(int rounds)
    {
        const int Derivations = 100;
        using var group = new GroupMasterKey(new KeyIdentifier(0x09bf9d37), new byte[16], new byte[16]);
        var samples = new List<double>();
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            double start = ThreadClock.Now_ns();
            for (int i = 0; i < Derivations; i++)
            {
                using SrtpMasterKey key = group.DeriveMediaKey(new KeyIdentifier(0x01c8de7b));
                using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
            }
            if (round >= 0)
                samples.Add((ThreadClock.Now_ns() - start) / Derivations);
        }
        double median = Math.Round(Comparison.Median(samples));
        return new Row("GMK to SRTP and SRTCP session keys", median, "ns", "none", null, null, null, null);
    }

    private static double? Goal(string peer, int payload_bytes) => peer switch
    {
        IpsecMb => Goals.AgainstIpsecMb(payload_bytes),
        Evp => Goals.AgainstEvp(payload_bytes),
        Libsrtp => Goals.AgainstLibsrtp(payload_bytes),
        _ => Goals.AgainstAesGcm(payload_bytes),
    };

    private static void Print(List<Row> rows)
    {
        Console.WriteLine($"{"measure",-36} {"ours",8} {"unit",-9} {"peer",-16} {"peer's",8} {"ratio",6} {"goal",7}  met");
        foreach (Row row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Measure,-36} {row.Value,8:0.#} {row.Unit,-9} {row.Peer,-16} {row.PeerValue,8:0.#} {row.Ratio,6:F2} " +
                $"{row.Goal,7:0.##}  {(row.Met is bool met ? met ? "yes" : "NO" : "-")}"));
        }
        Console.WriteLine(
            $"Cipher: {SrtpCipher.Reason}. ns of thread time per packet: medians of rounds, then of {Passes} passes. Ours is " +
            "the full path\nwith MKI and ROC, the peers' is the AEAD alone, except libsrtp2 (Debian's links NSS, which flatters us).");
    }
}
