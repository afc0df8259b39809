using System.Buffers;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Load;

/// <summary>What reading and writing one SIP message takes.</summary>
internal static class MessageLoad
{
    private const int PerRound = 20_000;
    private const int Rounds = 25;

    public static IEnumerable<Row> Measure()
    {
        Work[] all =
        [
            .. WorkOn("REGISTER of 600 octets", SipMessages.Register, goal_ns: 1000),
            .. WorkOn("multipart INVITE of 2048 octets", SipMessages.Invite, goal_ns: 3000),
        ];
        Array.ForEach(all, work => WarmUp.Run(() => Round(work.Do)));
        return [.. all.Select(Measure), .. all.Select(Allocation)];
    }

    private static Work[] WorkOn(string what, byte[] octets, double goal_ns)
    {
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        var buffer = new ArrayBufferWriter<byte>(4096);
        return
        [
            new Work($"read {what}", () => SipParser.TryParse(octets, SipLimits.Default, out _), goal_ns),
            new Work($"write {what}", Write, goal_ns),
        ];

        void Write()
        {
            buffer.ResetWrittenCount();
            SipWriter.Write(message!, buffer);
        }
    }

    private static Row Measure(Work work)
    {
        double[] times_ns = [.. Enumerable.Range(0, Rounds).Select(_ => Round(work.Do)).Order()];
        double median_ns = Math.Round(times_ns[Rounds / 2]);
        return new Row(work.Name, median_ns, "ns", "none", null, null, work.Goal_ns, median_ns <= work.Goal_ns);
    }

    private static Row Allocation(Work work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(work.Do);
        long each_bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / PerRound;
        return new Row($"{work.Name}, allocated", each_bytes, "B", "none", null, null, null, null);
    }

    /// <summary>Thread time of one.</summary>
    private static double Round(Action work)
    {
        double start_ns = ThreadClock.Now_ns();
        for (int i = 0; i < PerRound; i++)
            work();
        return (ThreadClock.Now_ns() - start_ns) / PerRound;
    }

    private sealed record Work(string Name, Action Do, double Goal_ns);
}
