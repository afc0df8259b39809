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
    private double _threadTime_ns;
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
    public double Cycle_us => _threadTime_ns / _cycles / 1e3;

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
        double thread_ns = ThreadClock.Now_ns();
        long wall_ns = WallClock.Now_ns;
        _router.ReceiveFloor(_addresses[step.Call], message, step.At);
        long wallLatency_ns = _byWallClock.Serve(step.At, WallClock.Now_ns - wall_ns);
        long latency_ns = _byThreadTime.Serve(step.At, Charge(thread_ns));
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
        double thread_ns = ThreadClock.Now_ns();
        long wall_ns = WallClock.Now_ns;
        _router.Expire(due);
        _byWallClock.Serve(due, WallClock.Now_ns - wall_ns);
        _byThreadTime.Serve(due, Charge(thread_ns));
        Empty();
    }

    private long Charge(double since_ns)
    {
        double cost_ns = ThreadClock.Now_ns() - since_ns;
        _threadTime_ns += cost_ns;
        return (long)cost_ns;
    }

    private void Empty()
    {
        _floor.BeginPayload([]);
        _floor.Clear();
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
