using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// The media plane without sockets, threads and clock: packets, commands and a time go in; queued datagrams and reports
/// come out. One shard runs one of it; a simulation runs as many as it likes.
/// </summary>
public sealed class CallRouter
{
    private readonly RouterState _state;
    private readonly FloorOutput _floorOutput;
    private readonly PacketHandler _packets;
    private readonly CommandExecutor _commands;
    private readonly FloorWatches _watches;

    // The call due next, whose memory comes while other things happen.
    private MediaCall? _fetched;

    /// <param name="limits">Bounds.</param>
    /// <param name="audio">Leads to the audio socket.</param>
    /// <param name="floor">Leads to the floor control socket.</param>
    /// <param name="multicast">Leads to multicast bearers.</param>
    /// <param name="reports">Takes what the control plane should know.</param>
    public CallRouter(
        RouterLimits limits,
        SendQueue audio,
        SendQueue floor,
        IMulticastOutput multicast,
        IReportSink reports)
    {
        _state = new RouterState(limits);
        _floorOutput = new FloorOutput(_state, floor, reports);
        _packets = new PacketHandler(_state, audio, _floorOutput, reports);
        _watches = new FloorWatches(reports);
        _commands = new CommandExecutor(_state, multicast, _floorOutput, _watches, _packets.Plain, reports);
    }

    /// <summary>When <see cref="Expire"/> must be called.</summary>
    public Instant NextDeadline => Instant.Earlier(_state.Deadlines.Earliest, _watches.NextDeadline);

    /// <summary>
    /// Gives the participants of a constituent group their references (TS 24.380 6.5.2.2). Without it a call whose floor is
    /// controlled elsewhere is refused.
    /// </summary>
    public IEntropy? Entropy
    {
        get => _state.Entropy;
        init => _state.Entropy = value;
    }

    internal ShardCounters Counters => _state.Counters;

    /// <summary>Carries out a command. Its keys become the router's, which disposes them when they are done with.</summary>
    public void Execute(MediaCommand command, Instant now)
    {
        ArgumentNullException.ThrowIfNull(command);
        _state.Now = now;
        _commands.Execute(command, now);
    }

    /// <summary>A datagram from the audio port.</summary>
    public void ReceiveAudio(SocketAddressKey from, ReadOnlySpan<byte> packet, Instant now)
    {
        _state.Now = now;
        _packets.ReceiveAudio(from, packet, now);
    }

    /// <summary>A datagram from the floor control port.</summary>
    public void ReceiveFloor(SocketAddressKey from, ReadOnlySpan<byte> packet, Instant now)
    {
        _state.Now = now;
        _packets.ReceiveFloor(from, packet, now);
    }

    /// <summary>Lets the timers fire that are due.</summary>
    public void Expire(Instant now)
    {
        _state.Now = now;
        while (_state.Deadlines.Earliest <= now && !_state.Deadlines.Earliest.IsNever)
        {
            MediaCall call = _state.Deadlines.Top;
            if (call != _fetched)
                FloorOutput.Prefetch(call);
            _state.Deadlines.PrefetchNext();
            call.Floor.Expire(now, _state.Effects);
            call.Subchannel?.Control.Expire(now, _state.Effects);
            _floorOutput.Emit(call);
            if (_commands.EndIfUnmapped(call))
                continue;
            if (call.PlainDeadline <= now)
                _packets.Plain.Expire(call);
            // A machine that does not move its deadline on would hold the thread for ever.
            if (call.Deadline <= now)
                _state.Deadlines.Update(call, now + MinimumRest);
            FloorOutput.Prefetch(_fetched = _state.Deadlines.Top);
        }
        _watches.Publish(now);
    }

    public MediaCounters ReadCounters() => ShardCounters.Snapshot([_state.Counters], lostReports: 0);

    /// <summary>Closes all calls without a word to anybody and zeroes their keys.</summary>
    public void CloseAll(Instant now)
    {
        foreach (CallId call in _state.Calls.Keys.ToArray())
            _commands.Execute(new CloseCall(call), now);
        _commands.EndClosedCalls();
    }

    private static TimeSpan MinimumRest => TimeSpan.FromMilliseconds(1);
}
