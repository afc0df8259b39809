namespace MediaEngine.Tests;

/// <summary>
/// The least a round allocates on this thread. What the runtime itself allocates once, while it compiles a method
/// anew, falls into one round; what the code allocates per packet falls into every one.
/// </summary>
internal static class Allocation
{
    private const int Rounds = 4;

    public static long Least_bytes(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
            least = Math.Min(least, Allocated_bytes(round));
        return least;
    }

    /// <param name="packets">All are handled.</param>
    /// <param name="warmUp">How many of them belong to no round.</param>
    /// <param name="handle">What is measured.</param>
    /// <param name="after">What is not, after each.</param>
    public static long Least_bytes(byte[][] packets, int warmUp, Action<byte[]> handle, Action after)
    {
        long[] rounds = new long[Rounds];
        for (int i = 0; i < packets.Length; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            handle(packets[i]);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (i >= warmUp)
                rounds[(i - warmUp) * Rounds / (packets.Length - warmUp)] += allocated;
            after();
        }
        return rounds.Min();
    }

    private static long Allocated_bytes(Action round)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        round();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
