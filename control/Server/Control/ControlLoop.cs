using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// The one thread of an MC system. It takes inputs in batches; the durable changes of a batch are committed in one
/// transaction before any of its answers leave: what was acknowledged is on disk.
/// </summary>
internal sealed class ControlLoop : ISipUser, IDisposable
{
    private const int MaxBatch = 256;

    private readonly ControlInbox _inputs = new();
    private readonly McSystem _system;
    private readonly IStore _store;
    private readonly IMediaPlane _media;
    private readonly ServerConfiguration _configuration;
    private readonly KeyWorker? _keys;
    private readonly ILogger _logger;
    private readonly McxEffects _effects = new();
    private readonly Dictionary<SipTransactionId, string> _unacknowledgedDialogs = [];
    private readonly Queue<SipTransactionId> _rememberedDialogs = new();
    private readonly Thread _thread;
    private SipStack? _sip;

    /// <param name="identities">Null when the server manages no keys.</param>
    public ControlLoop(
        McSystem system, IStore store, IMediaPlane media, ServerConfiguration configuration, ServerIdentities? identities, IEntropy entropy, ILogger logger)
    {
        _system = system;
        _store = store;
        _media = media;
        _configuration = configuration;
        _logger = logger;
        // Keys of groups, and of the bearer.
        int capacity = 2 * configuration.Keys.MaxMessagesInWork + configuration.Keys.MaxUploadsInWork;
        _keys = identities is null ? null : new KeyWorker(identities, entropy, capacity, done => _inputs.TryPost(done), logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "mcx-control" };
    }

    public void Start(SipStack sip)
    {
        _sip = sip;
        _thread.Start();
        _ = ForwardReportsAsync();
    }

    public bool IsBusy => _inputs.IsBehind;

    public SipResponse? AnswerAtOnce(SipRequest request) => _system.Door.Challenge(request, SystemClock.Now);

    public void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow)
    {
        // Full = the loop cannot keep up: tell the client at once instead of letting it wait (RFC 3261 21.5.4).
        if (_inputs.TryPost(new ControlEvent.Request(transaction, request, flow)) || transaction.Value == 0)
            return;
        SipResponse busy = SipResponse.For(request, 503);
        busy.Headers.Add("Retry-After", "5");
        _sip!.Respond(transaction, busy);
    }

    public void OnResponse(object token, SipResponse response) => _inputs.TryPost(new ControlEvent.Response((long)token, response));

    public void OnFailure(object token, SipFailure failure) => _inputs.TryPost(token is SipTransactionId transaction
        ? new ControlEvent.Unacknowledged(transaction)
        : new ControlEvent.Failure((long)token, failure));

    public void OnFlowClosed(SipFlow flow) => _inputs.TryPost(new ControlEvent.FlowClosed(flow));

    /// <summary>Runs <paramref name="look"/> on the loop's thread, between two batches.</summary>
    public bool Inspect(Action<McSystem> look) => _inputs.TryPost(new ControlEvent.Inspect(look));

    /// <summary>Called on any thread with reports about watched floors.</summary>
    public Action<FloorWatched>? FloorWatched { get; set; }

    /// <summary>Called on the loop's thread when a floor is to be watched whose call is over.</summary>
    public Action<ulong>? CallNotFound { get; set; }

    /// <summary>Begins or ends reports about a call's floor. False when the loop is full.</summary>
    public bool WatchFloor(ulong call, bool on) => _inputs.TryPost(new ControlEvent.WatchFloor(call, on));

    /// <summary>The server's keys of a new key period. Any thread.</summary>
    public void Use(ServerIdentities identities) => _keys?.Use(identities);

    public void Dispose()
    {
        _inputs.Close();
        if (_thread.IsAlive)
            _thread.Join();
        _inputs.Dispose();
        _keys?.Dispose();
        _system.Dispose();
    }

    private async Task ForwardReportsAsync()
    {
        await foreach (MediaReport report in _media.Reports.ReadAllAsync().ConfigureAwait(false))
        {
            if (report is FloorWatched watched)
                FloorWatched?.Invoke(watched);
            else
                _inputs.TryPost(new ControlEvent.Report(report));
        }
    }

    private void Run()
    {
        while (true)
        {
            _inputs.Wait(UntilNextDeadline());
            bool isLast = _inputs.IsClosed;
            Instant now = SystemClock.Now;
            int taken = 0;
            for (; taken < MaxBatch && _inputs.TryTake(out ControlEvent? input); taken++)
                Handle(input, now);
            _system.Expire(now, _effects);
            Release();
            if (isLast && taken == 0)
                return;
        }
    }

    private TimeSpan UntilNextDeadline() => _system.NextDeadline.IsNever
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Max(0, _system.NextDeadline.MillisecondsFrom(SystemClock.Now)));

    private void Handle(ControlEvent input, Instant now)
    {
        try
        {
            Dispatch(input, now);
        }
        // A fault in one request must not take the system down with it; the client gets its 500.
        catch (Exception exception)
        {
            _logger.LogError(exception, "control-fault {Input}", input.GetType().Name);
            if (input is ControlEvent.Request { Transaction.Value: not 0 } request)
                _effects.Respond(request.Transaction, SipResponse.For(request.Message, 500));
        }
    }

    private void Dispatch(ControlEvent input, Instant now)
    {
        switch (input)
        {
            case ControlEvent.Request request:
                _system.Receive(request.Transaction, request.Message, request.Flow, now, _effects);
                break;
            case ControlEvent.Response response:
                _system.ReceiveResponse(response.Token, response.Message, now, _effects);
                break;
            case ControlEvent.Failure failure:
                _system.ReceiveFailure(failure.Token, failure.Reason.ToString(), now, _effects);
                break;
            case ControlEvent.Unacknowledged unacknowledged:
                if (_unacknowledgedDialogs.Remove(unacknowledged.Transaction, out string? dialog))
                    _system.ReceiveUnacknowledged(dialog, _effects);
                break;
            case ControlEvent.FlowClosed closed:
                _system.FlowClosed(closed.Flow);
                break;
            case ControlEvent.Report { Message: CallInactive inactive }:
                _system.CallInactive(inactive.Call.Value, _effects);
                break;
            case ControlEvent.Report { Message: LegUnresponsive unresponsive }:
                _system.LegUnresponsive(unresponsive.Call.Value, unresponsive.Leg.Value, _effects);
                break;
            case ControlEvent.Report { Message: FloorChanged floor }:
                _system.FloorChanged(floor.Call.Value, floor.Talker?.Value, _effects);
                break;
            case ControlEvent.Report { Message: FloorMessagesRefused refused }:
                _system.FloorMessagesRefused(refused.Call.Value, refused.Leg.Value, refused.Newest, refused.Count, _effects);
                break;
            case ControlEvent.Report { Message: CommandRefused refused }:
                _effects.Warn("media-command-refused", $"call {refused.Call.Value:x}", refused.Reason);
                break;
            case ControlEvent.KeyMessageMade made:
                _system.KeyMessageMade(made.Ticket, made.Message, now, _effects);
                break;
            case ControlEvent.KeyUploadOpened opened:
                _system.KeyUploadOpened(opened.Ticket, opened.Error, opened.Key, now, _effects);
                break;
            case ControlEvent.WatchFloor watch:
                if (!_system.WatchFloor(watch.Call, watch.On, _effects))
                    CallNotFound?.Invoke(watch.Call);
                break;
            case ControlEvent.Inspect inspect:
                inspect.Look(_system);
                break;
        }
    }

    // Commit first; media before SIP, so that a leg exists before its client is told to send.
    private void Release()
    {
        if (!TryCommit())
            return;
        foreach (MediaEffect effect in _effects.Media)
        {
            if (!_media.TrySubmit(MediaPlaneAdapter.ToCommand(effect, _configuration.Multicast, _configuration.MulticastInterface)))
                _logger.LogError("media-queue-full call {Call:x}: {Command} was lost", effect.Call, effect.GetType().Name);
        }
        foreach (SignallingEffect effect in _effects.Sip)
            Release(effect);
        foreach (KeyEffect effect in _effects.Keys)
            Release(effect);
        foreach (McxEvent happened in _effects.Events)
            _logger.Log(happened.Warning ? LogLevel.Warning : LogLevel.Information, default, new LoggedEvent(happened), null, LoggedEvent.Format);
        // After the effects, so that nobody waits for it.
        if (_effects.Reservation is { } reservation)
            Reserve(reservation);
        _effects.Clear();
    }

    // Asked for hours before it is needed: a store that fails now may be well by then.
    private void Reserve(ServerSsrcReservation reservation)
    {
        try
        {
            _store.Commit([new StoreChange.Put(reservation)]);
            _system.Reserved(reservation);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _logger.LogError(exception, "reservation-failed server SSRCs, block {Block}; running calls go on. Check the disk", reservation.LastBlock);
        }
    }

    private bool TryCommit()
    {
        try
        {
            _store.Commit(_effects.Changes);
            return true;
        }
        // Memory is now ahead of the disk, so nothing this process says can be trusted: end it and start from the store.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _logger.LogCritical(exception, "store-failed: {Changes} changes could not be committed; the server stops without answering. Check the disk and start it again", _effects.Changes.Count);
            _effects.Clear();
            Environment.FailFast("The store cannot be written.", exception);
            return false;
        }
    }

    private void Release(SignallingEffect effect)
    {
        switch (effect)
        {
            case SignallingEffect.SendRequest send:
                if (!_sip!.SendRequest(send.Token, send.Request, send.Destination))
                    _inputs.TryPost(new ControlEvent.Failure(send.Token, SipFailure.Overloaded));
                break;
            case SignallingEffect.SendAck ack:
                _sip!.SendAck(ack.Request, ack.Destination);
                break;
            case SignallingEffect.Respond respond:
                if (respond.Response is { IsSuccess: true, CSeq.Method: SipMethods.Invite })
                    RememberDialog(respond);
                _sip!.Respond(respond.Transaction, respond.Response);
                break;
            case SignallingEffect.Cancel cancel:
                _sip!.Cancel(cancel.Token);
                break;
            case SignallingEffect.Vouch vouch:
                _sip!.Vouch(vouch.Flow, vouch.MayClaimPriority);
                break;
        }
    }

    // Who has no KMS trusts none.
    private void Release(KeyEffect effect)
    {
        if (_keys?.TryPost(effect) == true)
            return;
        _inputs.TryPost(effect is KeyEffect.MakeKeyMessage
            ? new ControlEvent.KeyMessageMade(effect.Ticket, null)
            : new ControlEvent.KeyUploadOpened(effect.Ticket, MikeyError.UnknownKms, null));
    }

    // Bounded: only dialogs whose ACK is outstanding matter, and that is decided within 32 s.
    private void RememberDialog(SignallingEffect.Respond respond)
    {
        const int maxRemembered = 4096;
        _rememberedDialogs.Enqueue(respond.Transaction);
        if (_rememberedDialogs.Count > maxRemembered)
            _unacknowledgedDialogs.Remove(_rememberedDialogs.Dequeue());
        _unacknowledgedDialogs[respond.Transaction] = $"{respond.Response.CallId};{respond.Response.To?.Tag};{respond.Response.From?.Tag}";
    }
}
