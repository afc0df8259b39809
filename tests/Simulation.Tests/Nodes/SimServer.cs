using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// One MC system in one process: control core, SIP layer, media router and the control loop between them. The process may die at
/// any boundary; what is left is the store.
/// </summary>
internal sealed class SimServer : ISipUser, IMulticastOutput, IReportSink
{
    private static readonly TimeSpan TurnDelay = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan CommandDelay = TimeSpan.FromMicroseconds(150);
    private static readonly TimeSpan KeyWorkTime = TimeSpan.FromMilliseconds(8);

    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly SimFault _fault;
    private readonly McxEffects _effects = new();
    private readonly List<Action> _inbox = [];
    private readonly Dictionary<SipTransactionId, string> _unacknowledgedDialogs = [];
    private readonly SendQueue _audioQueue = new(64);
    private readonly SendQueue _floorQueue = new(64);
    private readonly SendQueue _bearerQueue = new(64);
    private readonly Dictionary<SocketAddressKey, ulong> _callOfAudio = [];
    private McSystem _system = null!;
    private SipNode _sip = null!;
    private CallRouter _router = null!;
    private Alarm _systemAlarm = null!;
    private Alarm _routerAlarm = null!;
    private KillPoint? _doomed;
    private bool _turnPlanned;
    private int _incarnation;

    public SimServer(SimWorld world, SimNetwork network, SimFault fault = SimFault.None)
    {
        _world = world;
        _network = network;
        _fault = fault;
        Floor = new FloorChecker(world);
        Keys = new KeyChecker(world);
        Start();
    }

    public FloorChecker Floor { get; }

    public KeyChecker Keys { get; }

    public DurabilityChecker Durability { get; } = new();

    public SimStore Store { get; } = new();

    public bool IsUp { get; private set; }

    /// <summary>When the last process began: what it did not see, it does not know.</summary>
    public Instant StartedAt { get; private set; }

    public McSystem System => _system;

    public int TransactionCount => _sip.TransactionCount;

    public MediaCounters Media => _router.ReadCounters();

    /// <summary>Dies at the next such boundary that has something to lose, and comes back after <paramref name="downTime"/>.</summary>
    public void Kill(KillPoint point, TimeSpan downTime)
    {
        if (!IsUp)
            return;
        DownTime = downTime;
        if (point == KillPoint.BetweenEvents)
            Die();
        else
            _doomed = point;
    }

    /// <summary>A death that was planned and has not come does not come any more.</summary>
    public void Spare() => _doomed = null;

    private TimeSpan DownTime { get; set; }

    public void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow) =>
        Post(() => _system.Receive(transaction, request, flow, _world.Now, _effects));

    public void OnResponse(object token, SipResponse response) =>
        Post(() => _system.ReceiveResponse((long)token, response, _world.Now, _effects));

    public void OnFailure(object token, SipFailure failure) => Post(() =>
    {
        if (token is not SipTransactionId transaction)
            _system.ReceiveFailure((long)token, failure.ToString(), _world.Now, _effects);
        else if (_unacknowledgedDialogs.Remove(transaction, out string? dialog))
            _system.ReceiveUnacknowledged(dialog, _effects);
    });

    public void OnFlowClosed(SipFlow flow)
    {
    }

    public void Report(MediaReport report) => Post(() =>
    {
        switch (report)
        {
            case CallInactive inactive:
                _system.CallInactive(inactive.Call.Value, _effects);
                break;
            case LegUnresponsive unresponsive:
                _system.LegUnresponsive(unresponsive.Call.Value, unresponsive.Leg.Value, _effects);
                break;
            case CommandRefused refused:
                throw new SimulationException($"the media plane refused a command for call {refused.Call.Value:x}: {refused.Reason}");
        }
    });

    public bool TryAcquire(MulticastBearer bearer, [NotNullWhen(true)] out SendQueue? queue, [NotNullWhen(false)] out string? reason)
    {
        (queue, reason) = (_bearerQueue, null);
        return true;
    }

    public void Release(MulticastBearer bearer)
    {
    }

    private void Start()
    {
        int incarnation = ++_incarnation;
        _world.Note($"server starts, incarnation {incarnation}");
        StartedAt = _world.Now;
        var entropy = new SeededEntropy(_world.NewSeed());
        var options = new McxOptions
        {
            ServerUri = SimOrganisation.ServerUri,
            GroupManagementUri = SimOrganisation.GmsUri,
            HostName = SimOrganisation.Domain,
            Realm = SimOrganisation.Domain,
            Multicast = SimOrganisation.Bearer,
            // Short, so that a run sees rotations through.
            Keys = new KeyOptions
            {
                Lead = TimeSpan.FromSeconds(2),
                Overlap = TimeSpan.FromSeconds(6),
                RetryInterval = TimeSpan.FromSeconds(3),
                MaxMessagesInWork = 3,
            },
            MediaAddressesOf = _ => new MediaAddresses(SimOrganisation.ServerAudio, SimOrganisation.ServerFloor),
        };
        DurableState durable = Store.Load();
        if (_fault == SimFault.RepeatServerSsrcs && durable.ServerSsrcs is { LastBlock: > 0 } reservation)
            durable = durable with { ServerSsrcs = reservation with { LastBlock = reservation.LastBlock - 1 } };
        if (_fault == SimFault.ForgetGroupKeys)
            durable = durable with { GroupKeys = [], GroupKeyReceipts = [] };
        _system = new McSystem(SimOrganisation.Create(), options, durable, entropy, SimWorld.WallClockAtZero);
        _sip = new SipNode(_world, _network, SimOrganisation.ServerSip, this, entropy) { Tap = Durability.ServerSends };
        _router = new CallRouter(new RouterLimits(), _audioQueue, _floorQueue, this, this);
        _systemAlarm = new Alarm(_world, () => _system.NextDeadline, () => Post(() => { }));
        _routerAlarm = new Alarm(_world, () => _router.NextDeadline, () => Route(() => _router.Expire(_world.Now)));
        _network.Open(SimOrganisation.ServerAudio, ReceiveAudio);
        _network.Open(SimOrganisation.ServerFloor, (from, packet) =>
            Route(() => _router.ReceiveFloor(SocketAddressKey.From(from), packet, _world.Now)));
        IsUp = true;
        MembershipChecker.Check(_system);
        _systemAlarm.Update();
    }

    private void Die()
    {
        _world.Note("server dies");
        IsUp = false;
        _doomed = null;
        _sip.Kill();
        _systemAlarm.Stop();
        _routerAlarm.Stop();
        _network.Close(SimOrganisation.ServerAudio);
        _network.Close(SimOrganisation.ServerFloor);
        _inbox.Clear();
        _effects.Clear();
        _unacknowledgedDialogs.Clear();
        _turnPlanned = false;
        _incarnation++;
        _system.Dispose();
        Durability.Check(Store);
        _world.After(DownTime, Start);
    }

    private void Post(Action input)
    {
        _inbox.Add(input);
        if (_turnPlanned)
            return;
        _turnPlanned = true;
        int incarnation = _incarnation;
        _world.After(TurnDelay, () =>
        {
            if (incarnation == _incarnation)
                TakeTurn();
        });
    }

    // The control loop's batch: handle all, commit once, then media before SIP.
    private void TakeTurn()
    {
        _turnPlanned = false;
        Action[] batch = [.. _inbox];
        _inbox.Clear();
        foreach (Action input in batch)
            input();
        _system.Expire(_world.Now, _effects);
        bool doomed = _doomed is not null && _effects.Changes.Count > 0;
        if (doomed && _doomed == KillPoint.BeforeCommit)
        {
            if (_fault == SimFault.AnswerBeforeCommit)
                ReleaseEffects();
            Die();
            return;
        }
        Store.Commit(_effects.Changes);
        Keys.Committed(_effects.Changes, Store);
        if (doomed)
        {
            Durability.CommittedUnanswered(_effects.Changes);
            Die();
            return;
        }
        ReleaseEffects();
        if (_effects.Reservation is { } reservation)
        {
            Store.Commit([new StoreChange.Put(reservation)]);
            _system.Reserved(reservation);
        }
        _effects.Clear();
        Durability.Check(Store);
        MembershipChecker.Check(_system);
        _systemAlarm.Update();
    }

    private void ReleaseEffects()
    {
        foreach (McxEvent happened in _effects.Events)
            _world.Note($"{happened.Name} {happened.Subject}: {happened.Detail}");
        foreach (MediaEffect effect in _effects.Media)
            Submit(effect);
        foreach (SignallingEffect effect in _effects.Sip)
            Release(effect);
        foreach (KeyEffect effect in _effects.Keys)
            Work(effect);
    }

    // As the host's worker does, on another thread and some time later.
    private void Work(KeyEffect effect)
    {
        int incarnation = _incarnation;
        _world.After(KeyWorkTime, () =>
        {
            if (incarnation != _incarnation)
                return;
            if (effect is KeyEffect.MakeKeyMessage make)
            {
                byte[] message = SimMikey.Make(make.Key, make.McpttId);
                make.Key.Dispose();
                Post(() => _system.KeyMessageMade(make.Ticket, message, _world.Now, _effects));
            }
            else if (effect is KeyEffect.OpenKeyUpload open)
            {
                McxKey? key = SimMikey.Open(open.Message.Span, SimOrganisation.ServerUri);
                Post(() => _system.KeyUploadOpened(open.Ticket, key is null ? MikeyError.WrongRecipient : MikeyError.None, key, _world.Now, _effects));
            }
        });
    }

    private void Release(SignallingEffect effect)
    {
        switch (effect)
        {
            case SignallingEffect.SendRequest send
                when _fault == SimFault.ForgetNotices && send.Request.Method == SipMethods.Message && send.Request.From!.Uri.AddressOfRecord == SimOrganisation.ServerUri:
                break;
            case SignallingEffect.SendRequest send:
                _sip.SendRequest(send.Token, send.Request, send.Destination);
                break;
            case SignallingEffect.SendAck ack:
                _sip.SendAck(ack.Request, ack.Destination);
                break;
            case SignallingEffect.Respond respond:
                if (respond.Response is { IsSuccess: true, CSeq.Method: SipMethods.Invite })
                    _unacknowledgedDialogs[respond.Transaction] = $"{respond.Response.CallId};{respond.Response.To?.Tag};{respond.Response.From?.Tag}";
                _sip.Respond(respond.Transaction, respond.Response);
                break;
            case SignallingEffect.Cancel cancel:
                _sip.Cancel(cancel.Token);
                break;
        }
    }

    private void Submit(MediaEffect effect)
    {
        switch (effect)
        {
            case MediaEffect.OpenCall open:
                Floor.ServerOpensCall(open);
                break;
            case MediaEffect.AddLeg leg:
                Floor.ServerAddsLeg(leg);
                _callOfAudio[SocketAddressKey.From(leg.Audio)] = leg.Call;
                break;
            case MediaEffect.ReplaceFloorKey replace:
                Floor.ServerReplacesFloorKey(replace);
                break;
            default:
                break;
        }
        MediaCommand command = MediaCommandKeys.WithOwnKeys(
            MediaPlaneAdapter.ToCommand(effect, SimOrganisation.Bearer, SimOrganisation.ServerAudio.Address));
        CallRouter router = _router;
        _world.After(CommandDelay, () =>
        {
            if (router == _router && IsUp)
                Route(() => router.Execute(command, _world.Now));
        });
    }

    private void ReceiveAudio(IPEndPoint from, byte[] packet)
    {
        SocketAddressKey source = SocketAddressKey.From(from);
        if (_fault is SimFault.ForwardWithoutFloor && _callOfAudio.TryGetValue(source, out ulong call))
        {
            foreach ((SocketAddressKey other, ulong otherCall) in _callOfAudio)
            {
                if (otherCall == call && other != source)
                    Floor.ServerSendsMedia(other, packet);
            }
            return;
        }
        Route(() => _router.ReceiveAudio(source, packet, _world.Now));
        if (_fault is SimFault.EchoMedia && _callOfAudio.ContainsKey(source))
            Floor.ServerSendsMedia(source, packet);
    }

    private void Route(Action step)
    {
        step();
        Drain(_floorQueue, SimOrganisation.ServerFloor, "floor", Floor.ServerSendsFloor);
        Drain(_audioQueue, SimOrganisation.ServerAudio, "media", Floor.ServerSendsMedia);
        Drain(_bearerQueue, SimOrganisation.ServerAudio, "multicast", Floor.ServerSendsOnBearer);
        _routerAlarm.Update();
    }

    private void Drain(SendQueue queue, IPEndPoint from, string what, Action<SocketAddressKey, ReadOnlySpan<byte>> check)
    {
        for (int i = 0; i < queue.Count; i++)
        {
            check(queue.Destination(i), queue.Payload(i));
            _network.Send(what, from, queue.Destination(i).ToEndPoint(), queue.Payload(i).ToArray());
        }
        queue.BeginPayload([]);
        queue.Clear();
    }
}
