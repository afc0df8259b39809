using System.Runtime;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Octets allocated on this thread and methods compiled on any, over 10^6 packets once warm.</summary>
internal static class Steadiness
{
    private const int Million = 1_000_000;
    private const int Round_packets = 512;
    private const int Keys = 32;

    public static IEnumerable<Row> Rows(int mki_bytes, int payload_bytes)
    {
        foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1_80 })
        {
            using var single = new SrtpWork(profile, mki_bytes, payload_bytes, Round_packets);
            using var batch = new BatchWork(profile, mki_bytes, payload_bytes, Round_packets, Keys);
            foreach (Row row in Measure(profile.ToString(), () => ThreadClock.Round(single, Round_packets)))
                yield return row;
            foreach (Row row in Measure($"{profile}, batches of {Keys}", () => batch.Round()))
                yield return row;
        }
    }

    private static Row[] Measure(string what, Func<Figures> round)
    {
        for (int i = 0; i < 100; i++)
            round();
        long methods = JitInfo.GetCompiledMethodCount();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int packets = 0; packets < Million; packets += Round_packets)
            round();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        methods = JitInfo.GetCompiledMethodCount() - methods;
        return
        [
            new Row($"allocated over 10^6 packets, {what}", allocated, "B", "none", 0, null, 0, allocated == 0),
            new Row($"methods compiled over 10^6 packets, {what}", methods, "methods", "none", 0, null, 0, methods == 0),
        ];
    }
}
