using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Bench.Load;

/// <summary>
/// One floor control server, as fast as it goes: request, request of another who waits, its release, release, and Floor Idle
/// again by T7. Media is left out, for it costs next to nothing and would make the figure fine.
/// </summary>
internal sealed class ArbiterLoad
{
    private const int EventsPerCycle = 5;
    private const int CyclesPerRound = 20_000;
    private const int WarmUpRounds = 3;
    private const double Goal_millions = 3;

    private readonly FloorEffects _effects = new();
    private readonly FloorArbiter _arbiter;
    private readonly byte[] _request = Message(FloorMessageType.Request);
    private readonly byte[] _release = Message(FloorMessageType.Release);
    private Instant _now = Instant.Zero;

    public ArbiterLoad()
    {
        _arbiter = new FloorArbiter(new FloorPolicy(), 1, _now, _effects);
        for (int member = 0; member < LoadCall.Members; member++)
            _arbiter.Join(member, LoadCall.ProfileOf(0, member), implicitRequest: false, _now, _effects);
        _effects.Clear();
    }

    /// <summary>Millions of events per second of thread time, the median of the rounds, and what they allocated.</summary>
    public Row[] Measure(int rounds)
    {
        for (int i = 0; i < WarmUpRounds; i++)
            Round();
        double[] millions = new double[rounds];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < rounds; i++)
            millions[i] = Round();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(millions);
        double median = Math.Round(millions[rounds / 2], 2);
        return
        [
            new Row("floor events of one core", median, "M/s", "none", null, null, Goal_millions, median >= Goal_millions),
            new Row("allocated by them", allocated, "B", "none", null, null, 0, allocated == 0),
        ];
    }

    private double Round()
    {
        double start_ns = ThreadClock.Now_ns();
        for (int i = 0; i < CyclesPerRound; i++)
            Cycle();
        return EventsPerCycle * CyclesPerRound / (ThreadClock.Now_ns() - start_ns) * 1e3;
    }

    private void Cycle()
    {
        Receive(0, _request);
        Receive(1, _request);
        Receive(1, _release);
        Receive(0, _release);
        _now = _arbiter.NextDeadline;
        _arbiter.Expire(_now, _effects);
        Require(LoadCall.Members);
    }

    private void Receive(int member, byte[] message)
    {
        if (_arbiter.Receive(member, message, _now, _effects) != FloorOutcome.Ok)
            throw new InvalidOperationException("The floor does not take the message.");
        Require(1);
    }

    private void Require(int messages)
    {
        if (_effects.Count < messages)
            throw new InvalidOperationException("The floor does not answer.");
        _effects.Clear();
    }

    private static byte[] Message(FloorMessageType type)
    {
        byte[] buffer = new byte[64];
        var writer = new FloorMessageWriter(buffer, type, ackRequired: false, 1);
        writer.AddFloorIndicator(FloorIndicator.Normal);
        return buffer[..writer.Complete()];
    }
}
