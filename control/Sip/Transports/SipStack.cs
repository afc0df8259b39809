using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The shell: UDP and TCP transports and one thread that owns the transaction layer. Sending methods may be called from any
/// thread; hand messages over and do not change them afterwards.
/// </summary>
public sealed class SipStack : IAsyncDisposable
{
    private readonly SipStackOptions _options;
    private readonly ISipUser _user;
    private readonly IEntropy _entropy;
    private readonly ISipTap? _tap;
    private readonly StackInbox _inbox;
    private readonly SipEffects _effects = new();
    private UdpTransport? _udp;
    private TcpTransport? _tcp;
    private IPEndPoint? _tcpEndPoint;
    private SipTransactionLayer? _layer;
    private Thread? _thread;
    private volatile bool _stopping;

    public SipStack(SipStackOptions options, ISipUser user, IEntropy entropy, ISipTap? tap = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(entropy);
        if (options.Listen.Count == 0 || options.Listen.DistinctBy(listen => listen.Transport).Count() != options.Listen.Count)
            throw new ArgumentException("Listen on UDP, TCP or both, once each.", nameof(options));
        _options = options;
        _user = user;
        _entropy = entropy;
        _tap = tap;
        _inbox = new StackInbox(options, Counters);
    }

    public SipCounters Counters { get; } = new();

    /// <summary>Binds and starts. Throws <see cref="SipBindException"/> when a listener cannot be opened.</summary>
    public void Start()
    {
        if (_thread is not null)
            throw new InvalidOperationException("The stack has been started.");
        IPEndPoint? udp = ListenFor(SipTransportKind.Udp), tcp = ListenFor(SipTransportKind.Tcp);
        if (udp is not null)
            _udp = Bind(SipTransportKind.Udp, udp, () => new UdpTransport(udp, _inbox, Counters, _tap));
        try
        {
            _tcp = BindTcp(tcp);
        }
        catch (SipBindException)
        {
            _udp?.Close();
            throw;
        }
        _tcpEndPoint = tcp is null ? null : _tcp.Local;
        _layer = new SipTransactionLayer(LayerOptions(), _entropy, Counters);
        _thread = new Thread(Run) { IsBackground = true, Name = "sip" };
        _thread.Start();
        _udp?.Start();
        _tcp.Start();
    }

    /// <summary>The bound endpoint of a transport; throws when it is not listened on or the stack is not started.</summary>
    public IPEndPoint EndPoint(SipTransportKind transport) =>
        (transport == SipTransportKind.Udp ? _udp?.Local : _tcpEndPoint) ??
        throw new InvalidOperationException($"The stack does not listen on {transport}.");

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
        if (_udp is not null)
            await _udp.DisposeAsync().ConfigureAwait(false);
        if (_tcp is not null)
            await _tcp.DisposeAsync().ConfigureAwait(false);
        _inbox.Dispose();
    }

    private static Instant Now() => new(Stopwatch.GetElapsedTime(0).Ticks * 100);

    private void Run()
    {
        while (!_stopping)
        {
            bool worked = false;
            for (int i = 0; i < 64 && _inbox.TryTake(out StackItem item); i++)
            {
                worked = true;
                Handle(item);
                Execute();
            }
            _layer!.Expire(Now(), _effects);
            worked |= _effects.Count > 0;
            Execute();
            if (!worked)
                _inbox.Wait(UntilNextDeadline());
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
        switch (item.Kind)
        {
            case StackItemKind.Message:
                _layer!.Receive(item.Message!, item.Flow, now, _effects);
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
                SipFlow flow = item.Flow;
                Tell(() => _user.OnFlowClosed(flow));
                break;
        }
    }

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
                    Tell(() => _user.OnRequest(effect.Transaction, (SipRequest)effect.Message!, effect.Flow));
                    break;
                case SipEffectKind.DeliverResponse:
                    Tell(() => _user.OnResponse(effect.Token!, (SipResponse)effect.Message!));
                    break;
                case SipEffectKind.Failed:
                    Tell(() => _user.OnFailure(effect.Token!, effect.Failure));
                    break;
            }
        }
        _effects.Clear();
    }

    private void Send(in SipEffect effect)
    {
        SipDestination destination = effect.Destination!;
        if (destination.Transport == SipTransportKind.Tcp)
            _tcp!.Send(effect.Bytes, destination, effect.Transaction);
        else if ((_udp is null || !_udp.TrySend(effect.Bytes, destination.Remote)) && effect.Transaction.Value != 0)
            _inbox.PostEvent(new StackItem { Kind = StackItemKind.SendFailed, Transaction = effect.Transaction });
    }

    /// <summary>The user's faults are the user's: they are reported and counted, and the stack goes on.</summary>
    private void Tell(Action callback)
    {
        try
        {
            callback();
        }
#pragma warning disable CA1031 // Whatever a callback throws must not end the thread that serves every other call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Counters.Add(SipCounter.UserErrors);
            _options.UserException?.Invoke(e);
        }
    }

    private IPEndPoint? ListenFor(SipTransportKind transport) =>
        _options.Listen.FirstOrDefault(listen => listen.Transport == transport)?.EndPoint;

    private TcpTransport BindTcp(IPEndPoint? listen)
    {
        if (listen is { Port: 0 } && _udp is not null)
        {
            // One port for both transports is what peers expect; another will do.
            try
            {
                return new TcpTransport(new IPEndPoint(listen.Address, _udp.Local.Port), _options, _inbox, Counters, _tap);
            }
            catch (SocketException)
            {
                return Bind(SipTransportKind.Tcp, listen, () => new TcpTransport(listen, _options, _inbox, Counters, _tap));
            }
        }
        return Bind(SipTransportKind.Tcp, listen ?? new IPEndPoint(IPAddress.Any, 0),
            () => new TcpTransport(listen, _options, _inbox, Counters, _tap));
    }

    private static T Bind<T>(SipTransportKind transport, IPEndPoint address, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (SocketException e)
        {
            throw new SipBindException(transport, address, e.Message, e);
        }
    }

    private SipTransactionOptions LayerOptions() => _options.Transactions with
    {
        UdpSentBy = new SipSentBy(SipAdvertisedHost.For(_options, _udp?.Local), _udp?.Local.Port ?? 5060),
        TcpSentBy = new SipSentBy(SipAdvertisedHost.For(_options, _tcpEndPoint), _tcpEndPoint?.Port ?? 5060),
        CanSwitchToTcp = _options.Transactions.CanSwitchToTcp && _tcpEndPoint is not null,
        ProductName = _options.Transactions.ProductName ?? _options.ServerName,
    };
}
