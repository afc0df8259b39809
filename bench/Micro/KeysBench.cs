using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// What identity-based keying costs, in rounds that alternate with the peer's. SAKKE's peer is the same code with every
/// field multiplication done by libcrypto; ECCSI's is the framework's ECDSA on the same curve.
/// </summary>
internal static class KeysBench
{
    private const int WarmUpRounds = 3;
    private const string Libcrypto = "BN_mod_mul_montgomery";
    private const string Framework = "ECDsa P-256";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static int Run(bool json, bool strict, int rounds)
    {
        List<Row> rows = [.. Sakke(rounds), .. Eccsi(rounds), Derivation(rounds)];
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, Json));
        else
            Print(rows);
        return strict && rows.Exists(row => row.Met == false) ? 1 : 0;
    }

    private static IEnumerable<Row> Sakke(int rounds)
    {
        byte[] identifier = RandomNumberGenerator.GetBytes(32);
        byte[] ssv = RandomNumberGenerator.GetBytes(KmsPublicKey.SharedSecretValue_bytes);
        byte[] opened = new byte[ssv.Length];
        byte[] encapsulated = new byte[KmsPublicKey.EncapsulatedData_bytes];
        byte[] rsk = new byte[ReceiverSecretKey.Length_bytes];
        using var kms = KmsMasterSecret.Generate(new SystemEntropy());
        kms.TryIssue(identifier, rsk);
        ReceiverSecretKey.Receive(kms.PublicKey, identifier, rsk, out ReceiverSecretKey? receiver);
        Action encapsulate = () => kms.PublicKey.Encapsulate(identifier, ssv, encapsulated);
        Action decapsulate = () => Require(receiver!.Decapsulate(encapsulated, opened) == SakkeOutcome.Ok);
        Action? peerEncapsulate = null;
        Action? peerDecapsulate = null;
        if (LibcryptoElement.IsAvailable)
        {
            KmsPublicKey peer = KmsPublicKey.Read(kms.PublicKey.Octets, new SakkeArithmetic<LibcryptoElement>())!;
            ReceiverSecretKey.Receive(peer, identifier, rsk, out ReceiverSecretKey? peerReceiver);
            peerEncapsulate = () => peer.Encapsulate(identifier, ssv, encapsulated);
            peerDecapsulate = () => Require(peerReceiver!.Decapsulate(encapsulated, opened) == SakkeOutcome.Ok);
        }
        encapsulate();
        return
        [
            .. Compare("sakke-encapsulate", encapsulate, 10, Libcrypto, peerEncapsulate, 1.5, rounds),
            .. Compare("sakke-decapsulate", decapsulate, 20, Libcrypto, peerDecapsulate, 1.5, rounds),
        ];
    }

    private static IEnumerable<Row> Eccsi(int rounds)
    {
        var entropy = new SystemEntropy();
        byte[] identifier = RandomNumberGenerator.GetBytes(32);
        byte[] message = RandomNumberGenerator.GetBytes(572);
        byte[] signature = new byte[SecretSigningKey.Signature_bytes];
        using var kms = KmsSecretAuthenticationKey.Generate(entropy);
        using SecretSigningKey key = kms.Issue(identifier, entropy);
        using var peer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] peerSignature = peer.SignData(message, HashAlgorithmName.SHA256);
        key.Sign(message, entropy, signature);
        return
        [
            .. Compare(
                "eccsi-sign", () => key.Sign(message, entropy, signature), 0.5,
                Framework, () => peer.SignData(message, HashAlgorithmName.SHA256), null, rounds),
            .. Compare(
                "eccsi-verify",
                () => Require(kms.PublicKey.Verify(identifier, message, signature) == EccsiOutcome.Ok), 1,
                Framework, () => Require(peer.VerifyData(message, peerSignature, HashAlgorithmName.SHA256)), null, rounds),
        ];
    }

    private static Row Derivation(int rounds)
    {
        const double Goal_us = 5;
        const int Derivations = 200;
        using var group = new GroupMasterKey(new KeyIdentifier(0x09bf9d37), new byte[16], new byte[16]);
        double median_ns = Interleaved.Median(
            () =>
            {
                double start = ThreadClock.Now_ns();
                for (int i = 0; i < Derivations; i++)
                    group.DeriveMediaKey(new KeyIdentifier(0x01c8de7b)).Dispose();
                return (ThreadClock.Now_ns() - start) / Derivations;
            },
            rounds);
        double value = Math.Round(median_ns / 1e3, 2);
        return new Row("gmk-to-srtp", value, "us", "none", null, null, Goal_us, value <= Goal_us);
    }

    /// <summary>Two rows: our time against its limit, and against the peer's.</summary>
    private static IEnumerable<Row> Compare(
        string measure, Action ours, double limit_ms, string peer, Action? theirs, double? goal, int rounds)
    {
        List<double> own = [], others = [];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            double mine = Time_ms(ours);
            double other = theirs is null ? 0 : Time_ms(theirs);
            if (round < 0)
                continue;
            own.Add(mine);
            others.Add(other);
        }
        double value = Math.Round(Comparison.Median(own), 3);
        yield return new Row(measure, value, "ms", "none", null, null, limit_ms, value <= limit_ms);
        if (theirs is null)
        {
            yield return new Row($"{measure}: needs libssl3", value, "ms", peer, null, null, goal, null);
            yield break;
        }
        double peerValue = Math.Round(Comparison.Median(others), 3);
        double ratio = Math.Round(value / peerValue, 3);
        yield return new Row($"{measure}-ratio", value, "ms", peer, peerValue, ratio, goal, goal is null ? null : ratio <= goal);
    }

    private static double Time_ms(Action work)
    {
        const int Repetitions = 5;
        double start = ThreadClock.Now_ns();
        for (int i = 0; i < Repetitions; i++)
            work();
        return (ThreadClock.Now_ns() - start) / Repetitions / 1e6;
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("The measured operation failed.");
    }

    private static void Print(List<Row> rows)
    {
        Console.WriteLine($"{"measure",-26} {"ours",8} {"unit",-4} {"peer",-22} {"peer's",8} {"ratio",6} {"goal",6}  met");
        foreach (Row row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Measure,-26} {row.Value,8:0.###} {row.Unit,-4} {row.Peer,-22} {row.PeerValue,8:0.###} {row.Ratio,6:F2} " +
                $"{row.Goal,6:0.##}  {(row.Met is bool met ? met ? "yes" : "NO" : "-")}"));
        }
        Console.WriteLine($"SAKKE's field: {SakkeArithmetic.Preferred.FieldName}. Thread time, medians of rounds.");
    }

    private sealed class SystemEntropy : IEntropy
    {
        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
