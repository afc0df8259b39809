using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The shell: the transports and one thread that owns the transaction layer. Sending methods may be called from any thread; hand
/// messages over and do not change them afterwards.
/// </summary>
public sealed class SipStack : IAsyncDisposable
{
    private const int MinKnown = 65_536;
    private static readonly TimeSpan BusyLook = TimeSpan.FromMilliseconds(5);
    private readonly SipStackOptions _options;
    private readonly ISipUser _user;
    private readonly IEntropy _entropy;
    private readonly ISipTap? _tap;
    private readonly StackInbox _inbox;
    private readonly SipEffects _effects = new();
    private readonly KnownSources _known;
    private readonly UnprovenAnswers? _unproven;
    private readonly List<UdpTransport> _udp = [];
    private readonly StreamTransport _streams;
    private LocalAddresses? _local;
    private SipTransactionLayer? _layer;
    private Thread? _thread;
    private volatile bool _stopping;
    private volatile int _transactions;

    public SipStack(SipStackOptions options, ISipUser user, IEntropy entropy, ISipTap? tap = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(entropy);
        if (options.Listen.Count == 0)
            throw new ArgumentException("Listen on something.", nameof(options));
        if (options.Listen.Any(listen => listen.Transport.IsSecure()) && options.Tls?.ServerCertificate is null)
            throw new ArgumentException("TLS listeners need a certificate.", nameof(options));
        _options = options;
        _user = user;
        _entropy = entropy;
        _tap = tap;
        // As many as can be connected, and as many again over UDP.
        _known = new KnownSources(Math.Max(options.MaxConnections, MinKnown), options.VouchedUdp);
        _unproven = options.UnprovenAnswers_bytesPerSecond > 0 ? new UnprovenAnswers(options.UnprovenAnswers_bytesPerSecond) : null;
        _inbox = new StackInbox(options, Counters, _known);
        _streams = new StreamTransport(options, _inbox, Counters, tap);
    }

    public SipCounters Counters { get; } = new();

    /// <summary>Binds and starts. Throws <see cref="SipBindException"/> when a listener cannot be opened.</summary>
    public void Start()
    {
        if (_thread is not null)
            throw new InvalidOperationException("The stack has been started.");
        var bound = new List<SipListen>();
        try
        {
            foreach (SipListen listen in _options.Listen)
                bound.Add(listen.Transport == SipTransportKind.Udp ? BindUdp(listen) : BindStream(listen));
        }
        catch (SipBindException)
        {
            foreach (UdpTransport udp in _udp)
                udp.Close();
            _streams.Close();
            throw;
        }
        _local = new LocalAddresses(_options, bound);
        _layer = new SipTransactionLayer(LayerOptions(), _entropy, Counters);
        _thread = new Thread(Run) { IsBackground = true, Name = "sip" };
        _thread.Start();
        foreach (UdpTransport udp in _udp)
            udp.Start();
        _streams.Start();
    }

    /// <summary>The listeners with their bound ports, in the options' order; empty before the start.</summary>
    public IReadOnlyList<SipListen> Listeners => _local?.Bound ?? [];

    /// <summary>Transactions that are not over, a moment ago.</summary>
    public int Transactions => _transactions;

    /// <summary>Octets received that wait for the stack's thread.</summary>
    public long ReceiveQueued_bytes => _inbox.Queued_bytes;

    /// <summary>The first bound endpoint of a transport; throws when it is not listened on or the stack is not started.</summary>
    public IPEndPoint EndPoint(SipTransportKind transport) =>
        Listeners.FirstOrDefault(listen => listen.Transport == transport)?.EndPoint ??
        throw new InvalidOperationException($"The stack does not listen on {transport}.");

    /// <summary>Host and port that our Via names to that destination; throws before the start.</summary>
    public SipSentBy SentBy(SipDestination destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return (_local ?? throw new InvalidOperationException("The stack is not started.")).SentBy(destination);
    }

    /// <summary>
    /// Somebody authenticated on this flow: under overload its requests go before strangers', and over UDP its address gets answers
    /// of any size for <see cref="SipStackOptions.VouchedUdp"/>.
    /// </summary>
    /// <param name="mayClaimPriority">Its Resource-Priority counts: it is the last to be refused.</param>
    public void Vouch(SipFlow flow, bool mayClaimPriority = false) => _known.Add(flow, mayClaimPriority);

    /// <summary>
    /// Sends a request; what comes of it is reported with <paramref name="token"/>. The stack adds Via, and Max-Forwards when
    /// missing. False: the command queue is full, nothing was sent and nothing will be reported.
    /// </summary>
    public bool SendRequest(object token, SipRequest request, SipDestination destination)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(destination);
        SipTransactionLayer.CheckRequest(request);
        return _inbox.TryPostCommand(new StackItem
        {
            Kind = StackItemKind.SendRequest,
            Token = token,
            Message = request,
            Destination = destination,
        });
    }

    /// <summary>Sends the ACK for a 2xx; it has no transaction and nothing is reported. False: the command queue is full.</summary>
    public bool SendAck(SipRequest ack, SipDestination destination)
    {
        ArgumentNullException.ThrowIfNull(ack);
        ArgumentNullException.ThrowIfNull(destination);
        if (ack.Method != SipMethods.Ack)
            throw new ArgumentException("Not an ACK.", nameof(ack));
        return _inbox.TryPostCommand(new StackItem { Kind = StackItemKind.SendAck, Message = ack, Destination = destination });
    }

    /// <summary>Answers a request; too late answers are dropped and counted. False: the command queue is full.</summary>
    public bool Respond(SipTransactionId transaction, SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return _inbox.TryPostCommand(new StackItem { Kind = StackItemKind.Respond, Transaction = transaction, Message = response });
    }

    /// <summary>Cancels the INVITE sent with this token: at once, or as soon as a provisional response allows it.</summary>
    public bool Cancel(object token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _inbox.TryPostCommand(new StackItem { Kind = StackItemKind.Cancel, Token = token });
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping)
            return;
        _stopping = true;
        _inbox.Wake();
        if (_thread is { } thread && thread != Thread.CurrentThread)
            await Task.Run(thread.Join).ConfigureAwait(false);
        _layer?.Dispose();
        foreach (UdpTransport udp in _udp)
            udp.Dispose();
        await _streams.DisposeAsync().ConfigureAwait(false);
        _inbox.Dispose();
    }

    internal static Instant Now() => new(Stopwatch.GetElapsedTime(0).Ticks * 100);

    private void Run()
    {
        while (!_stopping)
        {
            bool worked = false;
            for (int i = 0; i < 64 && _inbox.TryTake(urgentOnly: _user.IsBusy, out StackItem item); i++)
            {
                worked = true;
                Handle(item);
                Execute();
            }
            _layer!.Expire(Now(), _effects);
            worked |= _effects.Count > 0;
            Execute();
            _transactions = _layer.Count;
            if (worked)
                continue;
            // What a busy user does wakes this thread; what ends without an answer does not.
            bool isBusy = _user.IsBusy;
            TimeSpan until = UntilNextDeadline();
            _inbox.Wait(isBusy, isBusy && until > BusyLook ? BusyLook : until);
        }
        // What was handed over before the end is sent.
        for (int i = 0; i < _options.CommandQueue_items && _inbox.TryTakeCommand(out StackItem item); i++)
        {
            Handle(item);
            Execute();
        }
    }

    private TimeSpan UntilNextDeadline()
    {
        Instant next = _layer!.NextDeadline;
        return next.IsNever ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(Math.Min(next.MillisecondsFrom(Now()), 1000));
    }

    private void Handle(in StackItem item)
    {
        Instant now = Now();
        if (_unproven is not null && item.Length > 0 && item.Flow.Transport == SipTransportKind.Udp)
            _unproven.Received(item.Flow.Remote.Address, item.Length, now);
        switch (item.Kind)
        {
            case StackItemKind.Message when IsStale(item, now):
                Counters.Add(SipCounter.StaleDropped);
                break;
            case StackItemKind.Message:
                _layer!.Receive(item.Message!, item.Flow, now, _effects, item.Standing);
                break;
            case StackItemKind.Reject:
                _layer!.Reject((SipRequest)item.Message!, item.Status, item.Flow, now, _effects);
                break;
            case StackItemKind.SendFailed:
                _layer!.TransportFailed(item.Transaction, now, _effects);
                break;
            case StackItemKind.SendRequest:
                _layer!.SendRequest(item.Token!, (SipRequest)item.Message!, item.Destination!, now, _effects);
                break;
            case StackItemKind.SendAck:
                _layer!.SendAck((SipRequest)item.Message!, item.Destination!, now, _effects);
                break;
            case StackItemKind.Respond:
                _layer!.Respond(item.Transaction, (SipResponse)item.Message!, now, _effects);
                break;
            case StackItemKind.Cancel:
                _layer!.Cancel(item.Token!, now, _effects);
                break;
            case StackItemKind.Closed:
                _known.Closed(item.Flow);
                Tell(item.Flow, static (user, flow) => user.OnFlowClosed(flow));
                break;
        }
    }

    /// <summary>
    /// It will come again, or has: a client repeats over UDP after T1, and an answer later than that finds two requests. What came too
    /// much is so dropped before it has cost anything, and what is answered is answered in time.
    /// </summary>
    private bool IsStale(in StackItem item, Instant now) =>
        item.Flow.Transport == SipTransportKind.Udp && item.Standing != SipStanding.Priority && now - item.At > _options.Transactions.T1 / 2 &&
        item.Message is SipRequest { Method: not SipMethods.Ack, To.Tag: null } && _inbox.IsBehind;

    private void Execute()
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            SipEffect effect = _effects[i];
            switch (effect.Kind)
            {
                case SipEffectKind.Send:
                    Send(effect);
                    break;
                case SipEffectKind.DeliverRequest:
                    Tell(effect, static (user, effect) => user.OnRequest(effect.Transaction, (SipRequest)effect.Message!, effect.Flow));
                    break;
                case SipEffectKind.DeliverResponse:
                    Tell(effect, static (user, effect) => user.OnResponse(effect.Token!, (SipResponse)effect.Message!));
                    break;
                case SipEffectKind.Failed:
                    Tell(effect, static (user, effect) => user.OnFailure(effect.Token!, effect.Failure));
                    break;
            }
        }
        _effects.Clear();
    }

    private void Send(in SipEffect effect)
    {
        SipDestination destination = effect.Destination!;
        if (destination.Transport != SipTransportKind.Udp)
            _streams.Send(effect.Bytes, destination, effect.Transaction);
        else if (!TrySendUdp(effect.Bytes, destination) && effect.Transaction.Value != 0)
            _inbox.PostEvent(new StackItem { Kind = StackItemKind.SendFailed, Transaction = effect.Transaction });
    }

    private bool TrySendUdp(ReadOnlyMemory<byte> bytes, SipDestination destination)
    {
        // A response that may not leave is as good as lost on its way: nobody is told.
        if (_unproven is not null && bytes.Span.StartsWith("SIP/"u8) && !MayAnswer(ref bytes, destination))
            return true;
        SipListen? listen = _local!.For(destination);
        foreach (UdpTransport udp in _udp)
        {
            if (ReferenceEquals(udp.Listener, listen))
                return udp.TrySend(bytes, destination.Remote);
        }
        return false;
    }

    private bool MayAnswer(ref ReadOnlyMemory<byte> response, SipDestination destination)
    {
        if (destination.Flow is { } flow && _known.Contains(flow))
            return true;
        if (response.Length > _unproven!.CreditOf(destination.Remote.Address))
            response = CompactResponse.Of(response.Span);
        if (_unproven.TryTake(destination.Remote.Address, response.Length, Now()))
            return true;
        Counters.Add(SipCounter.UnprovenAnswerDropped);
        return false;
    }

    /// <summary>The user's faults are the user's: they are reported and counted, and the stack goes on.</summary>
    private void Tell<T>(in T what, Action<ISipUser, T> callback)
    {
        try
        {
            callback(_user, what);
        }
#pragma warning disable CA1031 // Whatever a callback throws must not end the thread that serves every other call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Faulted(e);
        }
    }

    private void Faulted(Exception e)
    {
        Counters.Add(SipCounter.UserErrors);
        _options.UserException?.Invoke(e);
    }

    private SipResponse? AnswerAtOnce(SipRequest request)
    {
        try
        {
            return _user.AnswerAtOnce(request);
        }
#pragma warning disable CA1031 // As for what the user is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Faulted(e);
            return null;
        }
    }

    private SipListen BindUdp(SipListen listen)
    {
        UdpTransport udp = Bind(listen, () => new UdpTransport(listen, _inbox, Counters, _tap));
        _udp.Add(udp);
        return udp.Listener;
    }

    private SipListen BindStream(SipListen listen)
    {
        // One port for both transports is what peers expect; another will do.
        if (listen is { Transport: SipTransportKind.Tcp, EndPoint.Port: 0 } &&
            _udp.Find(udp => udp.Local.Address.Equals(listen.EndPoint.Address)) is { } udp)
        {
            try
            {
                return _streams.Bind(listen with { EndPoint = udp.Local });
            }
            catch (SocketException)
            {
                return Bind(listen, () => _streams.Bind(listen));
            }
        }
        return Bind(listen, () => _streams.Bind(listen));
    }

    private static T Bind<T>(SipListen listen, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (SocketException e)
        {
            throw new SipBindException(listen.Transport, listen.EndPoint, e.Message, e);
        }
    }

    private SipTransactionOptions LayerOptions() => _options.Transactions with
    {
        SentBy = _local!.SentBy,
        AnswerAtOnce = AnswerAtOnce,
        CanSwitchToTcp = _options.Transactions.CanSwitchToTcp && Listeners.Any(listen => listen.Transport == SipTransportKind.Tcp),
        ProductName = _options.Transactions.ProductName ?? _options.ServerName,
    };
}
