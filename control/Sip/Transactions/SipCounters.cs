namespace MediaEngine.Sip;

/// <summary>Monotonic counters; any thread may add or read.</summary>
public sealed class SipCounters
{
    private readonly long[] _values = new long[Enum.GetValues<SipCounter>().Length];

    public long this[SipCounter counter] => Interlocked.Read(ref _values[(int)counter]);

    public void Add(SipCounter counter) => Interlocked.Increment(ref _values[(int)counter]);
}
