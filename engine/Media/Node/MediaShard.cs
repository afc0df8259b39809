using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// One media thread: two sockets, a batch in, a <see cref="CallRouter"/>, batches out. Everything but the command queue
/// belongs to the thread.
/// </summary>
internal sealed unsafe class MediaShard : IDisposable
{
    /// <summary>Batches taken from the sockets before commands and timers get their turn.</summary>
    private const int MaxBatchesPerTurn = 16;

    private const int MaxCommandsPerTurn = 64;

    private readonly UdpEndpoint _audio;
    private readonly UdpEndpoint _floor;
    private readonly WakeEvent _wake;
    private readonly ReceiveBatch _audioReceived = new();
    private readonly ReceiveBatch _floorReceived = new();
    private readonly SendBatch _sent = new();
    private readonly SocketSender _audioOut;
    private readonly SocketSender _floorOut;
    private readonly MulticastSockets _multicast;
    private readonly ConcurrentQueue<MediaCommand> _commands = new();
    private readonly int _maxCommands;
    private readonly CallRouter _router;
    private readonly Thread _thread;
    private int _commandCount;
    private volatile bool _stopping;

    /// <summary>Takes ownership of the sockets.</summary>
    public MediaShard(
        int index, UdpEndpoint audio, UdpEndpoint floor, MediaNodeOptions options, IReportSink reports)
    {
        _audio = audio;
        _floor = floor;
        _wake = new WakeEvent();
        _maxCommands = options.MaxCommands;
        _audioOut = new SocketSender(audio, _sent);
        _floorOut = new SocketSender(floor, _sent);
        _multicast = new MulticastSockets(_sent, options.SocketBuffer_bytes);
        var limits = new RouterLimits
        {
            MaxCalls = options.MaxCalls,
            MaxLegsPerCall = options.MaxLegsPerCall,
            MaxGroupKeysPerCall = options.MaxGroupKeysPerCall,
            MaxSendersPerFunction = options.MaxSendersPerFunction,
            LearnAddresses = options.LearnAddresses,
        };
        _router = new CallRouter(limits, _audioOut.Queue, _floorOut.Queue, _multicast, reports)
        {
            Entropy = SystemEntropy.Instance,
        };
        _audioOut.CountIn(_router.Counters);
        _floorOut.CountIn(_router.Counters);
        _multicast.CountIn(_router.Counters);
        _thread = new Thread(Run) { Name = $"media {index}", IsBackground = true, Priority = ThreadPriority.Highest };
    }

    public IPEndPoint AudioEndPoint => _audio.LocalEndPoint;

    public IPEndPoint FloorEndPoint => _floor.LocalEndPoint;

    public ShardCounters Counters => _router.Counters;

    public void Start() => _thread.Start();

    /// <summary>From any thread. The command's keys become the shard's when it is taken.</summary>
    public bool TrySubmit(MediaCommand command)
    {
        if (_stopping)
            return false;
        if (Interlocked.Increment(ref _commandCount) > _maxCommands)
        {
            Interlocked.Decrement(ref _commandCount);
            return false;
        }
        _commands.Enqueue(command);
        _wake.Signal();
        return true;
    }

    /// <summary>Ends the thread, closes the calls, zeroes their keys.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            Close();
            return;
        }
        _wake.Signal();
        _thread.Join();
    }

    private void Run()
    {
        LibC.PollDescriptor* waited = stackalloc LibC.PollDescriptor[3];
        waited[0] = new LibC.PollDescriptor { Descriptor = _audio.Descriptor, Events = LibC.POLLIN };
        waited[1] = new LibC.PollDescriptor { Descriptor = _floor.Descriptor, Events = LibC.POLLIN };
        waited[2] = new LibC.PollDescriptor { Descriptor = _wake.Descriptor, Events = LibC.POLLIN };
        bool moreCommands = false;
        while (!_stopping)
        {
            int timeout_ms = moreCommands ? 0 : Timeout_ms(_router.NextDeadline, MonotonicClock.Now);
            if (LibC.poll(waited, 3, timeout_ms) < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw new InvalidOperationException($"poll failed: errno {Marshal.GetLastPInvokeError()}.");
            if (waited[2].Returned != 0)
                _wake.Reset();
            moreCommands = RunCommands();
            if (waited[1].Returned != 0)
                ReceiveFloor();
            if (waited[0].Returned != 0)
                ReceiveAudio();
            _router.Expire(MonotonicClock.Now);
            Flush();
        }
        Close();
    }

    private bool RunCommands()
    {
        for (int i = 0; i < MaxCommandsPerTurn; i++)
        {
            if (!_commands.TryDequeue(out MediaCommand? command))
                return false;
            Interlocked.Decrement(ref _commandCount);
            _router.Execute(command, MonotonicClock.Now);
        }
        return !_commands.IsEmpty;
    }

    // A talker's last media and its Floor Release come by two sockets. What was sent before a floor message is in the audio
    // socket once that message is taken, so it is read before the message is acted on.
    private void ReceiveFloor()
    {
        for (int i = 0; i < MaxBatchesPerTurn; i++)
        {
            int count = _floorReceived.Receive(_floor.Descriptor);
            ReceiveAudio();
            Instant now = MonotonicClock.Now;
            for (int k = 0; k < count; k++)
            {
                ReadOnlySpan<byte> datagram = DatagramOf(_floorReceived, k, out SocketAddressKey from);
                _router.ReceiveFloor(from, datagram, now);
            }
            Flush();
            if (count < ReceiveBatch.Capacity)
                return;
        }
    }

    private void ReceiveAudio()
    {
        for (int i = 0; i < MaxBatchesPerTurn; i++)
        {
            int count = _audioReceived.Receive(_audio.Descriptor);
            Instant now = MonotonicClock.Now;
            for (int k = 0; k < count; k++)
            {
                ReadOnlySpan<byte> datagram = DatagramOf(_audioReceived, k, out SocketAddressKey from);
                _router.ReceiveAudio(from, datagram, now);
            }
            Flush();
            if (count < ReceiveBatch.Capacity)
                return;
        }
    }

    /// <summary>A datagram that did not fit is handed on empty: it is counted as malformed.</summary>
    private static ReadOnlySpan<byte> DatagramOf(ReceiveBatch batch, int index, out SocketAddressKey from) =>
        batch.TryGet(index, out ReadOnlySpan<byte> datagram, out from) ? datagram : [];

    private void Flush()
    {
        _floorOut.Flush();
        _audioOut.Flush();
        _multicast.Flush();
    }

    private void Close()
    {
        _router.CloseAll(MonotonicClock.Now);
        Flush();
        while (_commands.TryDequeue(out MediaCommand? command))
            MediaCommandKeys.Dispose(command);
        _multicast.Dispose();
        _audio.Dispose();
        _floor.Dispose();
        _wake.Dispose();
        _audioReceived.Dispose();
        _floorReceived.Dispose();
        _sent.Dispose();
    }

    private static int Timeout_ms(Instant deadline, Instant now) =>
        deadline.IsNever ? -1 : (int)Math.Min(deadline.MillisecondsFrom(now), int.MaxValue);
}
