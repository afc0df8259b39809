using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Our full SRTP path beside what others need for the same packets.</summary>
internal static class Versus
{
    private const int Packets = 512;
    private const int ManyKeys = 1000;
    private const int Mki_bytes = 8;
    private const int Voice_bytes = 160;
    private static readonly int[] Payloads_bytes = [20, 60, Voice_bytes, 320, 1200];

    /// <param name="json">Prints rows for programs.</param>
    /// <param name="strict">A missed goal makes the exit code 1.</param>
    /// <param name="rounds">Per pass.</param>
    /// <param name="libsrtpPrefix">Where another libsrtp than the system's is installed.</param>
    public static int Run(bool json, bool strict, int rounds, string? libsrtpPrefix)
    {
        var rows = new List<Row>();
        var peers = new List<Peer>();
        Add(Peer.IpsecMb, "ipsecmb", "IPSec_MB", "libipsec-mb-dev");
        Add(Peer.IpsecMbBurst, "ipsecmb-burst", "IPSec_MB", "libipsec-mb-dev");
        Add(Peer.Evp, "evp", "crypto", "libssl-dev");
        if (libsrtpPrefix is null)
            Add(Peer.Libsrtp, "libsrtp", "srtp2", "libsrtp2-dev");
        else
            Add(Peer.OwnLibsrtp, "libsrtp", "srtp2", $"libsrtp 2 in {libsrtpPrefix}", libsrtpPrefix);
        foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm })
        {
            foreach (int payload_bytes in Payloads_bytes)
                rows.AddRange(Stream(profile, payload_bytes, peers, rounds));
            foreach (int payload_bytes in new[] { Voice_bytes, 1200 })
                rows.AddRange(FanOut(profile, payload_bytes, peers, rounds));
        }
        rows.AddRange(Stream(SrtpProfile.Aes128CmHmacSha1_80, Voice_bytes, peers, rounds));
        foreach (int keys in new[] { 16, 32 })
            rows.AddRange(Batch(SrtpProfile.Aes128CmHmacSha1_80, Voice_bytes, keys, peers, rounds));
        rows.Add(Mki(rounds));
        rows.AddRange(Steadiness.Rows(Mki_bytes, Voice_bytes));
        rows.AddRange(ContextSize.Rows());
        rows.Add(Derivation(rounds));
        if (json)
        {
            Table.PrintJson(rows);
        }
        else
        {
            Table.Print(rows);
            Console.WriteLine(
                $"""
                Cipher: {SrtpCipher.Reason}. ns of thread time per packet: medians of rounds, then of {Interleaved.Passes} passes.
                Ours is the full path with MKI, and with ROC for the AEAD profiles. The peers' is the cryptography alone, except
                libsrtp2, whose Debian build links NSS, which flatters us; OpenSSL EVP costs less than libsrtp on OpenSSL.
                """);
        }
        return strict && rows.Exists(row => row.Met == false) ? 1 : 0;

        void Add(string name, string source, string library, string package, string? prefix = null)
        {
            Peer? peer = Peer.TryBuild(name, source, library, prefix);
            if (peer is not null)
                peers.Add(peer);
            else
                rows.Add(new Row($"not measured: needs gcc and {package}", null, "", name, null, null, null, null));
        }
    }

    // Packets of one stream, one at a time.
    private static List<Row> Stream(SrtpProfile profile, int payload_bytes, List<Peer> peers, int rounds)
    {
        using var ours = new SrtpWork(profile, Mki_bytes, payload_bytes, Packets);
        using AesGcmWork? framework = profile.IsAead() ? new AesGcmWork(profile, payload_bytes, Packets) : null;
        Peer.Session[] sessions =
            [.. peers.Select(peer => peer.TryOpen(profile, Mki_bytes, payload_bytes, Packets)).OfType<Peer.Session>()];
        List<Side> sides = [.. sessions.Select(session => new Side(session.Name, Goal(session.Name), session.Round))];
        if (framework is not null)
            sides.Add(new Side(Peer.AesGcm, Goal(Peer.AesGcm), () => ThreadClock.Round(framework, Packets)));
        string packet = $"{profile} {payload_bytes} B";
        List<Row> rows =
        [
            .. Interleaved.Compare(
                [$"protect {packet}", $"unprotect {packet}"], () => ThreadClock.Round(ours, Packets), sides, rounds),
        ];
        Array.ForEach(sessions, session => session.Dispose());
        return rows;

        double? Goal(string peer) =>
            profile.IsAead() ? Goals.OfAead(peer, payload_bytes) : Goals.OfCounterMode(peer);
    }

    // One packet to a thousand receivers, each with a key of its own. Peer by peer: what a peer's thousand keys leave of the
    // cache is what the other side starts with.
    private static IEnumerable<Row> FanOut(SrtpProfile profile, int payload_bytes, List<Peer> peers, int rounds)
    {
        using var ours = new BatchWork(profile, Mki_bytes, payload_bytes, Packets, ManyKeys);
        foreach (Peer peer in peers.Where(peer => peer.Name is Peer.IpsecMb or Peer.Libsrtp or Peer.OwnLibsrtp))
        {
            using Peer.Session? theirs = peer.TryOpen(profile, Mki_bytes, payload_bytes, Packets, ManyKeys);
            if (theirs is null)
                continue;
            var side = new Side(peer.Name, Goals.OfAead(peer.Name, payload_bytes), theirs.FanOut);
            string measure = $"1 to {ManyKeys} keys {profile} {payload_bytes} B";
            foreach (Row row in Interleaved.Compare([measure], ours.FanOutRound, [side], rounds))
                yield return row;
        }
    }

    // Batches in which every packet has a key of its own.
    private static List<Row> Batch(SrtpProfile profile, int payload_bytes, int keys, List<Peer> peers, int rounds)
    {
        using var ours = new BatchWork(profile, Mki_bytes, payload_bytes, Packets, keys);
        using Peer.Session? burst = peers.Find(peer => peer.Name == Peer.IpsecMbBurst)
            ?.TryOpen(profile, Mki_bytes, payload_bytes, Packets, keys);
        if (burst is null)
            return [];
        string packet = $"{profile} {payload_bytes} B, batch of {keys} keys";
        return
        [
            .. Interleaved.Compare(
                [$"protect {packet}", $"unprotect {packet}"], ours.Round,
                [new Side(burst.Name, Goals.OfCounterMode(burst.Name), burst.Round)], rounds),
        ];
    }

    private static Row Mki(int rounds)
    {
        using var with = new SrtpWork(SrtpProfile.AeadAes128Gcm, Mki_bytes, Voice_bytes, Packets);
        using var without = new SrtpWork(SrtpProfile.AeadAes128Gcm, 0, Voice_bytes, Packets);
        double cost = Math.Round(
            Interleaved.Median(() => Mean(with) - Mean(without), Interleaved.Passes * rounds), 1);
        return new Row(
            $"an MKI of {Mki_bytes} octets, {Voice_bytes} B", cost, "ns/packet", "without", 0, null, Goals.Mki_ns,
            cost <= Goals.Mki_ns);

        static double Mean(SrtpWork work)
        {
            Figures figures = ThreadClock.Round(work, Packets);
            return (figures.Protect + figures.Unprotect) / 2;
        }
    }

    private static Row Derivation(int rounds)
    {
        const int Derivations = 100;
        using var group = new GroupMasterKey(new KeyIdentifier(0x09bf9d37), new byte[16], new byte[16]);
        double median = Interleaved.Median(Round, rounds);
        return new Row("GMK to SRTP and SRTCP session keys", Math.Round(median), "ns", "none", null, null, null, null);

        double Round()
        {
            double start = ThreadClock.Now_ns();
            for (int i = 0; i < Derivations; i++)
            {
                using SrtpMasterKey key = group.DeriveMediaKey(new KeyIdentifier(0x01c8de7b));
                using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
            }
            return (ThreadClock.Now_ns() - start) / Derivations;
        }
    }
}
