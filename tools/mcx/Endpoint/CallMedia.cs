using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// The media of one call: audio and floor sockets, the floor participant, what is said and what is heard. One thread owns all of
/// it once started; the public methods put work into its queue.
/// </summary>
/// <remarks>
/// Both SSRCs are random per call: keys outlive calls, and an SSRC used twice under a key would repeat an IV (RFC 7714 8.1).
/// </remarks>
internal sealed class CallMedia : IDisposable
{
    private const int MaxDatagram_bytes = 2048;

    /// <summary>What the length octet of a floor control field can say (TS 24.380 8.1.3).</summary>
    private const int MaxField_bytes = 255;

    private const int DatagramsPerTurn = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly ClientProfile _profile;
    private readonly IEndpointTap? _tap;
    private readonly ICallMediaListener _listener;
    private readonly Socket _audio;
    private readonly Socket _floor;
    private readonly Socket _wake;
    private readonly ConcurrentQueue<Action<Instant>> _work = new();
    private readonly Lock _nextKeysLock = new();
    private readonly SrtpSender _floorSender;
    private readonly SrtpReceiver _floorReceiver;
    private readonly CallGroupKeys _keys;
    private readonly TimeProvider _time;
    private readonly TalkSender _talk;
    private readonly BurstRecorders _recorder = new();
    private readonly TalkerNames _names = new();
    private readonly FloorEffects _effects = new();
    private readonly byte[] _datagram = new byte[MaxDatagram_bytes];
    private readonly byte[] _buffer = new byte[MaxDatagram_bytes];
    private readonly uint _floorSsrc = SystemEntropy.Instance.NextUInt32();
    private readonly Lock _subchannelLock = new();
    private CallSubchannelSockets? _subchannel;
    private CallSubchannelSockets? _nextSubchannel;
    private AgreedMedia? _agreed;
    private FloorParticipant? _participant;
    private FloorParticipantState _reported;
    private Thread? _thread;
    private IReadOnlyList<McxKey>? _nextKeys;
    private volatile bool _stopping;

    /// <summary>Binds both sockets, so that the ports can be told to the server.</summary>
    /// <param name="clientServerKey">Protects floor control; read only here.</param>
    /// <param name="keys">Become this object's to dispose.</param>
    /// <param name="time">Tells which group key is in force.</param>
    public CallMedia(
        ClientProfile profile, ClientServerKey clientServerKey, CallGroupKeys keys, TimeProvider time, IEndpointTap? tap, ICallMediaListener listener)
    {
        _profile = profile;
        _keys = keys;
        _time = time;
        _tap = tap;
        _listener = listener;
        _audio = Bind(profile.MediaAddress);
        _floor = Bind(profile.MediaAddress);
        AudioEndPoint = (IPEndPoint)_audio.LocalEndPoint!;
        FloorEndPoint = (IPEndPoint)_floor.LocalEndPoint!;
        _wake = Bind(IPAddress.Loopback);
        _wake.Connect(_wake.LocalEndPoint!);
        using SrtpMasterKey control = clientServerKey.DeriveControlKey();
        _floorSender = new SrtpSender(control, SrtpPolicy.Control);
        _floorReceiver = new SrtpReceiver(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
        _floorReceiver.TryAddKey(control);
        _talk = new TalkSender(keys, SystemEntropy.Instance.NextUInt32(), time);
    }

    public IPEndPoint AudioEndPoint { get; }

    public IPEndPoint FloorEndPoint { get; }

    public uint AudioSsrc => _talk.Ssrc;

    /// <summary>The SSRC of every floor control message of this client (mc_floor_ssrc).</summary>
    public uint FloorSsrc => _floorSsrc;

    /// <summary>Media that arrived and could not be decrypted, or was not audio.</summary>
    public int Undecryptable { get; private set; }

    /// <summary>Where the call is heard by multicast, or is about to be; null when by unicast alone.</summary>
    public GroupMapping? Mapping { get; private set; }

    /// <summary>Listens there too from now on; null ends it. False when the call is over.</summary>
    /// <param name="subchannel">Becomes this object's to dispose.</param>
    public bool Listen(CallSubchannelSockets? subchannel)
    {
        lock (_subchannelLock)
        {
            if (_stopping)
            {
                subchannel?.Dispose();
                return false;
            }
            Mapping = subchannel?.Mapping;
            _nextSubchannel?.Dispose();
            _nextSubchannel = subchannel;
        }
        Post(_ => TakeSubchannel());
        return true;
    }

    /// <param name="keys">Become this object's to dispose.</param>
    public void ReplaceFloorKeys(IReadOnlyList<McxKey> keys) => Post(_ =>
    {
        _subchannel?.Use(keys);
        Discard(keys);
    });

    /// <summary>Starts the thread.</summary>
    public void Start(AgreedMedia agreed, EndpointOptions options)
    {
        _agreed = agreed;
        _participant = new FloorParticipant(new FloorParticipantOptions
        {
            Ssrc = _floorSsrc,
            Priority = agreed.Priority,
            NegotiatedPriority = agreed.Priority,
            QueueingNegotiated = agreed.Queueing,
            CallType = agreed.Urgency.CallType(),
            FunctionalAlias = options.FunctionalAlias,
            Location = options.Location,
            BroadcastOriginator = agreed.BroadcastOriginator,
            AcceptQueuedGrantAutomatically = true,
        });
        _participant.Start(agreed.ImplicitRequest, SystemClock.Now);
        if (agreed.Granted)
            Post(now => Step(() => _participant.TakeGrantOfAnswer(_effects), now));
        _reported = FloorParticipantState.U_HasNoPermission;
        _thread = new Thread(Run) { IsBackground = true, Name = "mcx call" };
        _thread.Start();
    }

    public void PushToTalk() => Post(now => Step(() => _participant!.PushToTalk(now, _effects), now));

    /// <summary>An authorised user takes the floor from a talker.</summary>
    public void RequestRevoke(string mcpttId)
    {
        byte[] id = Encoding.UTF8.GetBytes(mcpttId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, MaxField_bytes, nameof(mcpttId));
        Post(now => Step(() => _participant!.RequestRevoke(id, _effects), now));
    }

    /// <summary>An authorised user takes requests out of the queue; an empty list means all.</summary>
    public void CancelQueued(IReadOnlyList<string> mcpttIds)
    {
        ReadOnlyMemory<byte>[] ids = [.. mcpttIds.Select(id => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(id))];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(1 + ids.Sum(id => 1 + id.Length), MaxField_bytes, nameof(mcpttIds));
        Post(now => Step(() => _participant!.CancelQueued(ids, _effects), now));
    }

    /// <summary>The call becomes as urgent as this, or is asked to; requests say so from now on.</summary>
    /// <param name="requestsFloor">What is asked for in the session is the floor request too.</param>
    public void BecomeUrgent(CallUrgency urgency, bool requestsFloor) => Post(now => Step(
        () =>
        {
            _participant!.CallType = urgency.CallType();
            if (requestsFloor)
                _participant.RequestWithUpgrade(now);
        }, now));

    /// <summary>The group whose keys protect the call.</summary>
    public string KeyGroup => _keys.Group;

    /// <summary>From now on these are the group's keys, and none else.</summary>
    /// <param name="keys">Become this object's to dispose.</param>
    public void ReplaceKeys(IReadOnlyList<McxKey> keys)
    {
        lock (_nextKeysLock)
        {
            Discard(_nextKeys);
            _nextKeys = _stopping ? Discard(keys) : keys;
        }
        Post(_ => TakeKeys());
    }

    /// <summary>Ends in ReleaseCompleted also when there was nothing to release.</summary>
    public void ReleaseToTalk() => Post(now =>
    {
        Step(() => _participant!.ReleaseToTalk(now, _effects), now);
        if (_participant!.State == FloorParticipantState.U_HasNoPermission)
            _listener.OnFloor(new FloorEffect { Kind = FloorEffectKind.ReleaseCompleted }, Talk(), phrase: null);
    });

    /// <summary>The button is let go: a place in the queue is kept, all else is released.</summary>
    public void LetGo() => Post(now => Step(
        () =>
        {
            if (!_participant!.KeepWaiting())
                _participant.ReleaseToTalk(now, _effects);
        }, now));

    public void AskQueuePosition() => Post(now => Step(() => _participant!.RequestQueuePosition(now, _effects), now));

    /// <summary>Says the samples while the floor is held; the task ends with the last packet, or with the loss of the floor.</summary>
    /// <returns>True when all of it was said.</returns>
    public Task<bool> SayAsync(short[] samples, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            if (_participant!.State == FloorParticipantState.U_HasPermission)
                _talk.Begin(samples, done, now);
            else
                done.TrySetResult(false);
        });
        cancellation.Register(() => Post(_ => _talk.Stop(done)));
        return done.Task;
    }

    /// <summary>Ends the thread; a burst that is being heard is reported first.</summary>
    public void Dispose()
    {
        _stopping = true;
        Wake();
        _thread?.Join();
        foreach (Socket socket in (ReadOnlySpan<Socket>)[_audio, _floor, _wake])
            socket.Dispose();
        _subchannel?.Dispose();
        lock (_subchannelLock)
            _nextSubchannel?.Dispose();
        _floorSender.Dispose();
        _floorReceiver.Dispose();
        _talk.Dispose();
        _keys.Dispose();
        lock (_nextKeysLock)
            _nextKeys = Discard(_nextKeys);
    }

    private static Socket Bind(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ToolException($"cannot bind {address} ({e.Message}); set local.address in the profile to an address of this machine.", ToolExit.Usage, e);
        }
    }

    private void Post(Action<Instant> work)
    {
        _work.Enqueue(work);
        Wake();
    }

    private void Wake()
    {
        try
        {
            _wake.Send([0]);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A full buffer wakes as well, and a closed socket has nobody to wake.
        }
    }

    private void TakeKeys()
    {
        lock (_nextKeysLock)
        {
            if (_nextKeys is not null)
                _keys.Replace(_nextKeys);
            _nextKeys = null;
        }
    }

    private void TakeSubchannel()
    {
        lock (_subchannelLock)
        {
            if (_subchannel is not null && _subchannel.Mapping == Mapping)
                return;
            _subchannel?.Dispose();
            (_subchannel, _nextSubchannel) = (_nextSubchannel, null);
        }
    }

    private static IReadOnlyList<McxKey>? Discard(IReadOnlyList<McxKey>? keys)
    {
        foreach (McxKey key in keys ?? [])
            key.Dispose();
        return null;
    }

    private void Run()
    {
        var sockets = new List<Socket>(5);
        while (!_stopping)
        {
            Instant now = SystemClock.Now;
            while (_work.TryDequeue(out Action<Instant>? work))
                work(now);
            Expire(now);
            if (!_talk.Send(now, _audio, _agreed!.Audio, AudioEndPoint, _tap))
                _listener.OnNoKey();
            sockets.Clear();
            sockets.AddRange([_audio, _floor, _wake]);
            if (_subchannel is not null)
                sockets.AddRange([_subchannel.Media, _subchannel.Floor]);
            Socket.Select(sockets, null, null, Wait(now));
            foreach (Socket socket in sockets)
                Receive(socket);
        }
        foreach (HeardBurst last in _recorder.Finish())
            _listener.OnBurst(last);
        _talk.Stop();
    }

    // Rounded up: the wait has a resolution of milliseconds, and too early would spin.
    private TimeSpan Wait(Instant now)
    {
        Instant deadline = Instant.Earlier(
            Instant.Earlier(_participant!.NextDeadline, _recorder.NextDeadline), _talk.NextDeadline);
        return deadline.IsNever
            ? LongestWait
            : TimeSpan.FromMilliseconds(Math.Min(deadline.MillisecondsFrom(now), (long)LongestWait.TotalMilliseconds));
    }

    private void Expire(Instant now)
    {
        _keys.Expire(_time.GetUtcNow());
        if (_participant!.NextDeadline <= now)
            Step(() => _participant.Expire(now, _effects), now);
        foreach (HeardBurst burst in _recorder.Expire(now))
            _listener.OnBurst(burst);
        if (_reported != _participant.State)
            Report();
    }

    private void Receive(Socket socket)
    {
        EndPoint from = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        for (int i = 0; i < DatagramsPerTurn; i++)
        {
            int length;
            try
            {
                length = socket.ReceiveFrom(_datagram, SocketFlags.None, ref from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                continue;
            }
            catch (SocketException)
            {
                return;
            }
            if (socket == _wake)
                continue;
            Instant now = SystemClock.Now;
            ReadOnlySpan<byte> datagram = _datagram.AsSpan(0, length);
            if (socket == _floor)
                ReceiveFloor(datagram, (IPEndPoint)from, now);
            else if (socket == _subchannel?.Floor)
                ReceiveSubchannelFloor(datagram, (IPEndPoint)from, now);
            else
                ReceiveAudio(datagram, (IPEndPoint)from, socket == _subchannel?.Media, now);
        }
    }

    private void ReceiveFloor(ReadOnlySpan<byte> datagram, IPEndPoint from, Instant now)
    {
        _tap?.Floor(from, FloorEndPoint, sent: false, datagram);
        if (IsFromServer(datagram) && _floorReceiver.UnprotectRtcp(datagram, _buffer, out int length) == SrtpOutcome.Ok)
            Step(() => _participant!.Receive(_buffer.AsSpan(0, length), now, _effects), now);
        else
            Undecryptable++;
    }

    private bool IsFromServer(ReadOnlySpan<byte> datagram) => _agreed!.ServerFloorSsrc == 0 ||
        datagram.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == _agreed.ServerFloorSsrc;

    /// <summary>What is told to all. The participant knows what it has heard over unicast by its sequence number.</summary>
    private void ReceiveSubchannelFloor(ReadOnlySpan<byte> datagram, IPEndPoint from, Instant now)
    {
        _tap?.Floor(from, _subchannel!.Mapping.Floor, sent: false, datagram);
        if (_subchannel!.Unprotect(datagram, _buffer, out int length) != SrtpOutcome.Ok)
            Undecryptable++;
        else if (!IsAboutMe(_buffer.AsSpan(0, length)))
            Step(() => _participant!.Receive(_buffer.AsSpan(0, length), now, _effects), now);
    }

    /// <summary>Floor Taken by this client is for the others: over unicast it would not have come here.</summary>
    private bool IsAboutMe(ReadOnlySpan<byte> octets) =>
        FloorMessage.TryParse(octets, out FloorMessage message, out _) == FloorOutcome.Ok && message.Type == FloorMessageType.Taken &&
        message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker) && Encoding.UTF8.GetString(talker) == _profile.McpttId;

    private void ReceiveAudio(ReadOnlySpan<byte> datagram, IPEndPoint from, bool multicast, Instant now)
    {
        _tap?.Media(from, multicast ? _subchannel!.Mapping.Media : AudioEndPoint, sent: false, datagram);
        if (multicast && IsOwn(datagram))
            return;
        SrtpOutcome outcome = _keys.Unprotect(datagram, _buffer, out int length);
        // While the server does not know yet that it is heard by multicast, a packet comes both ways.
        if (outcome == SrtpOutcome.Replayed && _subchannel is not null)
            return;
        if (outcome != SrtpOutcome.Ok ||
            !RtpHeader.TryParse(_buffer.AsSpan(0, length), out RtpHeader header) || header.PayloadType != G711.PayloadType)
        {
            Undecryptable++;
            return;
        }
        Step(() => _participant!.ReceiveMedia(now, _effects), now);
        HeardBurst? ended = _recorder.Add(header, _buffer.AsSpan(header.Length_bytes, length - header.Length_bytes), _names.Of(header.Ssrc, _participant!), multicast, now);
        if (ended is not null)
            _listener.OnBurst(ended);
    }

    /// <summary>The bearer brings our own packets back to us: same member, same stream.</summary>
    private bool IsOwn(ReadOnlySpan<byte> datagram) =>
        SrtpReceiver.TryReadMki(datagram, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> mki) &&
        _keys.IsOwn(mki) && RtpHeader.TryParse(datagram, out RtpHeader header) && header.Ssrc == AudioSsrc;

    private void Step(Action step, Instant now)
    {
        step();
        for (int i = 0; i < _effects.Count; i++)
            Apply(_effects[i], now);
        _effects.Clear();
        Report();
    }

    private void Report()
    {
        if (_reported == _participant!.State)
            return;
        _reported = _participant.State;
        if (_reported != FloorParticipantState.U_HasPermission)
            _talk.Stop();
        _listener.OnFloorState(_reported);
    }

    private void Apply(in FloorEffect effect, Instant now)
    {
        switch (effect.Kind)
        {
            case FloorEffectKind.Send:
                SendFloor(_effects.Message(effect));
                break;
            default:
                if (effect.Kind == FloorEffectKind.TalkerChanged)
                    _names.Take(_participant!);
                _listener.OnFloor(effect, Talk(), FloorCausePhrase.Printable(_effects.Phrase(effect)));
                break;
        }
    }

    private TalkState Talk()
    {
        FloorParticipant participant = _participant!;
        string[] talkers = [.. Enumerable.Range(0, participant.TalkerCount).Select(i => participant.TalkerAt(i).McpttId)];
        return new TalkState(participant.Talker, talkers, participant.IsOverriding, participant.IsOverridden);
    }

    private void SendFloor(ReadOnlySpan<byte> message)
    {
        message.CopyTo(_buffer);
        if (_floorSender.ProtectRtcp(_buffer, message.Length, out int length) != SrtpOutcome.Ok)
            return;
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
        _tap?.Floor(FloorEndPoint, _agreed!.Floor, sent: true, datagram);
        try
        {
            _floor.SendTo(datagram, SocketFlags.None, _agreed!.Floor);
        }
        catch (SocketException)
        {
            // Lost like any datagram: the machine's timers repeat it.
        }
    }
}
