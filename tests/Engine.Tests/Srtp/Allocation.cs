namespace MediaEngine.Engine.Tests;

internal static class Allocation
{
    private const int Rounds = 4;

    /// <summary>
    /// The least a round allocates on this thread. What the runtime itself allocates once, while it compiles a method
    /// anew, falls into one round; what the code allocates per packet falls into every one.
    /// </summary>
    public static long Least_bytes(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
