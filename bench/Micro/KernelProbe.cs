using MediaEngine.Srtp;
namespace MediaEngine.Bench.Micro;
internal static class KernelProbe
{
    public static int Run()
    {
        foreach (int klen in new[] { 16, 32 })
        foreach (int n in new[] { 20, 60, 160, 320, 1200 })
        {
            using var c = new WideGcmCipher(new byte[klen]);
            var ring = new PacketRing(n, 512); ring.Prepare();
            var s = new List<double>(); var o = new List<double>();
            byte[] iv = new byte[12];
            for (int r = 0; r < 60; r++)
            {
                double t = ThreadClock.Now_ns();
                for (int i = 0; i < 512; i++) { var p = ring[i]; c.Seal(iv, p[..12], p.Slice(12, n), p.Slice(12 + n, 16)); }
                double m = ThreadClock.Now_ns();
                for (int i = 0; i < 512; i++) { var p = ring[i]; if (!c.Open(iv, p[..12], p.Slice(12, n), p.Slice(12 + n, 16), p.Slice(12, n))) throw new InvalidOperationException(); }
                double e = ThreadClock.Now_ns();
                s.Add((m - t) / 512); o.Add((e - m) / 512);
            }
            Console.WriteLine($"{klen} {n,5} seal {Comparison.Median(s):F1} open {Comparison.Median(o):F1}");
        }
        return 0;
    }
}
