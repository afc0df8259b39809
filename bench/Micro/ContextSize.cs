using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Heap octets one more key costs: session keys, expanded cipher, one stream with its replay window.</summary>
internal static class ContextSize
{
    private const int Contexts = 512;

    public static IEnumerable<Row> Rows()
    {
        foreach (SrtpProfile profile in
            new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmHmacSha1_80 })
        {
            (double sender, double receiver) = Measure(profile);
            yield return Row($"heap per key in a receiver, {profile}", receiver, Goals.Context_bytes);
            yield return Row($"heap per sender, {profile}", sender, goal: null);
        }
    }

    private static Row Row(string measure, double value, double? goal) =>
        new(measure, Math.Round(value), "B", "none", null, null, goal, goal is null ? null : value <= goal);

    private static (double Sender, double Receiver) Measure(SrtpProfile profile)
    {
        SrtpPolicy policy = SrtpWork.Policy(profile);
        using var receiver = new SrtpReceiver(policy, 4);
        var senders = new SrtpSender[Contexts];
        SrtpMasterKey[] keys = [.. Enumerable.Range(0, Contexts).Select(i => NewKey(profile, i))];
        byte[][] packets = [.. Enumerable.Range(0, Contexts).Select(_ => new byte[128])];
        var ring = new PacketRing(20, 1);
        int protected_bytes = 0;
        long start = HeapSize.Now_bytes();
        for (int i = 0; i < Contexts; i++)
        {
            senders[i] = new SrtpSender(keys[i], policy);
            ring.Write(packets[i]);
            _ = senders[i].Protect(packets[i], ring.Plain_bytes, out protected_bytes);
        }
        long middle = HeapSize.Now_bytes();
        for (int i = 0; i < Contexts; i++)
        {
            if (!receiver.TryAddKey(keys[i]) ||
                receiver.Unprotect(packets[i].AsSpan(0, protected_bytes), packets[i], out _) != SrtpOutcome.Ok)
                throw new InvalidOperationException("A packet was lost.");
        }
        long end = HeapSize.Now_bytes();
        foreach (SrtpSender sender in senders)
            sender.Dispose();
        return ((middle - start) / (double)Contexts, (end - middle) / (double)Contexts);
    }

    private static SrtpMasterKey NewKey(SrtpProfile profile, int i) =>
        new(profile, new byte[profile.KeyLength_bytes()], new byte[profile.SaltLength_bytes()], BitConverter.GetBytes(i));
}
