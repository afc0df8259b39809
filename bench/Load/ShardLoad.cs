using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;

namespace MediaEngine.Bench.Load;

/// <summary>
/// What a shard runs, without its sockets: a virtual clock says when messages arrive and timers are due, the real cost of each
/// says when the shard is free for the next. So a grant takes its own time and that of the work before it in the queue.
/// </summary>
internal sealed class ShardLoad : IDisposable
{
    private readonly SendQueue _floor = new(64);
    private readonly CallRouter _router;
    private readonly FloorClient[] _talkers;
    private readonly SocketAddressKey[] _addresses;
    private readonly FloorSchedule _schedule;
    private readonly byte[] _buffer = new byte[FloorClient.MaxMessage_bytes];
    private readonly byte[] _plain = new byte[FloorClient.MaxMessage_bytes];
    private Server _byWallClock;
    private Server _byThreadTime;
    private long _threadTime_ns;
    private long _cycles;

    public ShardLoad(int calls)
    {
        Calls = calls;
        var nowhere = new Nowhere();
        _router = new CallRouter(new RouterLimits { MaxCalls = calls }, new SendQueue(1), _floor, nowhere, nowhere);
        _talkers = new FloorClient[calls];
        _addresses = new SocketAddressKey[calls];
        _schedule = new FloorSchedule(calls, Instant.Zero);
        for (int call = 0; call < calls; call++)
        {
            _router.Execute(LoadCall.Open(call), Instant.Zero);
            for (int member = 0; member < LoadCall.Members; member++)
            {
                var address = new IPEndPoint(new IPAddress([10, (byte)(call >> 8), (byte)call, (byte)(member + 1)]), 5002);
                _router.Execute(LoadCall.Leg(call, member, address), Instant.Zero);
                if (member == LoadCall.Talker)
                    _addresses[call] = SocketAddressKey.From(address);
            }
            _talkers[call] = new FloorClient(call, LoadCall.Talker);
            Empty();
        }
        // Every call's memory has been touched, and every call is in the middle of its cycles.
        Run(calls);
        Grants.Clear();
        GrantsByWallClock.Clear();
        _threadTime_ns = 0;
        _cycles = 0;
    }

    public int Calls { get; }

    /// <summary>From the arrival of a request to the end of its handling, Granted and Taken protected and queued; thread time.</summary>
    public Latencies Grants { get; } = new();

    /// <summary>The same with what others took of the processor meanwhile.</summary>
    public Latencies GrantsByWallClock { get; } = new();

    /// <summary>Thread time of a cycle with the call's timers.</summary>
    public double Cycle_us => _threadTime_ns / 1e3 / _cycles;

    /// <summary>Goes on for this many requests, and the releases and timers between them.</summary>
    public void Run(int cycles)
    {
        for (int granted = 0; granted < cycles; _schedule.Take())
        {
            FloorSchedule.Step step = _schedule.Next;
            for (Instant due = _router.NextDeadline; due <= step.At; due = _router.NextDeadline)
                Expire(due);
            Receive(step);
            granted += step.IsRequest ? 1 : 0;
        }
        _cycles += cycles;
    }

    public void Dispose()
    {
        _router.CloseAll(Instant.Zero);
        foreach (FloorClient talker in _talkers)
            talker.Dispose();
    }

    private void Receive(FloorSchedule.Step step)
    {
        FloorClient talker = _talkers[step.Call];
        ReadOnlySpan<byte> message = talker.Protect(step.IsRequest ? FloorMessageType.Request : FloorMessageType.Release, _buffer);
        Span span = Span.Begin();
        _router.ReceiveFloor(_addresses[step.Call], message, step.At);
        (long latency_ns, long wallLatency_ns) = Charge(span, step.At);
        if (step.IsRequest)
        {
            Grants.Record(latency_ns);
            GrantsByWallClock.Record(wallLatency_ns);
        }
        FloorMessageType expected = step.IsRequest ? FloorMessageType.Granted : FloorMessageType.Idle;
        if (_floor.Count != LoadCall.Members || talker.Open(_floor.Payload(0), _plain) != expected)
            throw new InvalidOperationException($"{_floor.Count} messages, not {expected} and five others.");
        Empty();
    }

    private void Expire(Instant due)
    {
        Span span = Span.Begin();
        _router.Expire(due);
        Charge(span, due);
        Empty();
    }

    // How long after its arrival the work is done that began with the span and ends here.
    private (long Latency_ns, long WallLatency_ns) Charge(Span span, Instant arrival)
    {
        (long thread_ns, long wall_ns) = span.End();
        _threadTime_ns += thread_ns;
        return (_byThreadTime.Serve(arrival, thread_ns), _byWallClock.Serve(arrival, wall_ns));
    }

    private void Empty()
    {
        _floor.BeginPayload([]);
        _floor.Clear();
    }

    /// <summary>
    /// The time of a piece of work by both clocks. Neither is too low. The wall clock counts what others took; the thread's, which is
    /// read around it, half a microsecond of its own system calls, and what the host or an interrupt took between the two, at times
    /// milliseconds. So the thread has worked no longer than either says.
    /// </summary>
    private readonly record struct Span(double Thread_ns, long Wall_ns)
    {
        public static Span Begin()
        {
            double thread_ns = ThreadClock.Now_ns();
            return new Span(thread_ns, WallClock.Now_ns);
        }

        public (long Thread_ns, long Wall_ns) End()
        {
            long wall_ns = WallClock.Now_ns - Wall_ns;
            return (Math.Min((long)(ThreadClock.Now_ns() - Thread_ns), wall_ns), wall_ns);
        }
    }

    /// <summary>One queue, one thread.</summary>
    private struct Server
    {
        private long _busyUntil_ns;

        /// <summary>How long after its arrival the work is done.</summary>
        public long Serve(Instant arrival, long cost_ns)
        {
            _busyUntil_ns = Math.Max(_busyUntil_ns, arrival.Nanoseconds) + cost_ns;
            return _busyUntil_ns - arrival.Nanoseconds;
        }
    }
}
