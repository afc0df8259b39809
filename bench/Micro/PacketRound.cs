namespace MediaEngine.Bench.Micro;

internal static class PacketRound
{
    /// <summary>ns per packet of one round, protect and unprotect.</summary>
    public static Figures Time<TWork>(TWork work, int packets)
        where TWork : class, IPacketWork
    {
        work.Prepare();
        double start = ThreadClock.Now_ns();
        for (int i = 0; i < packets; i++)
            work.Protect(i);
        double middle = ThreadClock.Now_ns();
        for (int i = 0; i < packets; i++)
            work.Unprotect(i);
        return new Figures((middle - start) / packets, (ThreadClock.Now_ns() - middle) / packets);
    }
}
