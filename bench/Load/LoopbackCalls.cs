using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Load;

/// <summary>
/// A media node with one shard and many calls, and all their members behind one UDP socket and one thread of this process, on
/// loopback. Requests are sent when the schedule says so, whatever has become of those before.
/// </summary>
internal sealed class LoopbackCalls : IDisposable
{
    private const int Buffer_bytes = 4 << 20;
    private const string ShardThread = "media 0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly int _calls;
    private readonly MediaNode _node;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly FloorClient[] _members;
    private readonly long[] _requestedAt_ns;
    private readonly byte[] _buffer = new byte[FloorClient.MaxMessage_bytes];
    private readonly byte[] _plain = new byte[FloorClient.MaxMessage_bytes];
    private readonly Thread _thread;
    private Latencies _grants = new();
    private long _unanswered;
    private volatile bool _stopping;

    /// <summary>Opens the calls; returns when they are up and every member's floor cycles run.</summary>
    public LoopbackCalls(int calls)
    {
        _calls = calls;
        _node = new MediaNode(new MediaNodeOptions { Address = IPAddress.Loopback, MaxCalls = calls });
        _members = new FloorClient[calls * LoadCall.Members];
        _requestedAt_ns = new long[calls];
        _thread = new Thread(Run) { Name = "floor clients", IsBackground = true };
        try
        {
            _socket.ReceiveBufferSize = Buffer_bytes;
            _socket.Blocking = false;
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _node.Start();
            _socket.Connect(_node.EndpointsFor(LoadCall.IdOf(0)).Floor);
            OpenCalls();
        }
        catch
        {
            Close();
            throw;
        }
        _thread.Start();
    }

    /// <summary>Requests whose floor had not come when it was to be given back.</summary>
    public long Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Processor time of the shard's thread so far, its system calls included. One node at a time.</summary>
    public static double ShardTime_ns => ThreadClock.Now_ns(ShardThread);

    /// <summary>From before a request is protected until its Floor Granted is unprotected and read, from now on.</summary>
    public void RecordInto(Latencies grants) => Volatile.Write(ref _grants, grants);

    /// <summary>Records for a while.</summary>
    public void RecordInto(Latencies grants, TimeSpan duration)
    {
        RecordInto(grants);
        Thread.Sleep(duration);
        RecordInto(new Latencies());
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        Close();
    }

    private void Close()
    {
        _node.Dispose();
        _socket.Dispose();
        foreach (FloorClient? member in _members)
            member?.Dispose();
    }

    private void OpenCalls()
    {
        var local = (IPEndPoint)_socket.LocalEndPoint!;
        for (int call = 0; call < _calls; call++)
        {
            Submit(LoadCall.Open(call));
            for (int member = 0; member < LoadCall.Members; member++)
            {
                _members[call * LoadCall.Members + member] = new FloorClient(call, member);
                Submit(LoadCall.Leg(call, member, local));
            }
            Receive();
        }
        if (!SpinWait.SpinUntil(AllAreUp, Patience))
            throw new TimeoutException("The calls do not come up.");
    }

    private bool AllAreUp()
    {
        Receive();
        return _node.ReadCounters().Legs == _members.Length;
    }

    private void Submit(MediaCommand command)
    {
        if (!SpinWait.SpinUntil(() => _node.TrySubmit(command), Patience))
            throw new TimeoutException("The media node takes no command.");
    }

    private void Run()
    {
        var schedule = new FloorSchedule(_calls, WallClock.Now);
        while (!_stopping)
        {
            for (FloorSchedule.Step step = schedule.Next; step.At <= WallClock.Now; step = schedule.Next)
            {
                Send(step);
                schedule.Take();
            }
            int wait_ms = (int)schedule.Next.At.MillisecondsFrom(WallClock.Now);
            _socket.Poll(TimeSpan.FromMilliseconds(Math.Min(wait_ms, 100)), SelectMode.SelectRead);
            Receive();
        }
    }

    private void Send(FloorSchedule.Step step)
    {
        FloorClient talker = _members[step.Call * LoadCall.Members + LoadCall.Talker];
        if (!step.IsRequest && _requestedAt_ns[step.Call] != 0)
            Volatile.Write(ref _unanswered, _unanswered + 1);
        _requestedAt_ns[step.Call] = step.IsRequest ? WallClock.Now_ns : 0;
        _socket.Send(talker.Protect(step.IsRequest ? FloorMessageType.Request : FloorMessageType.Release, _buffer));
    }

    /// <summary>Takes what has come: reports, and the messages of all members.</summary>
    private void Receive()
    {
        while (_node.Reports.TryRead(out MediaReport? report))
        {
            if (report is CommandRefused)
                throw new InvalidOperationException(report.ToString());
        }
        while (true)
        {
            int length = _socket.Receive(_buffer, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
                return;
            ReadOnlySpan<byte> packet = _buffer.AsSpan(0, length);
            if (!SrtpReceiver.TryReadRtcpMki(packet, ClientServerKey.Mki_bytes, out ReadOnlySpan<byte> mki))
                throw new InvalidOperationException("A datagram without MKI.");
            (int call, int member) = Math.DivRem(LoadCall.ClientOf(KeyIdentifier.Read(mki)), LoadCall.Members);
            FloorMessageType type = _members[call * LoadCall.Members + member].Open(packet, _plain);
            if (type != FloorMessageType.Granted || member != LoadCall.Talker || _requestedAt_ns[call] == 0)
                continue;
            Volatile.Read(ref _grants).Record(WallClock.Now_ns - _requestedAt_ns[call]);
            _requestedAt_ns[call] = 0;
        }
    }
}
