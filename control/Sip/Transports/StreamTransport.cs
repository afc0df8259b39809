using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Sip;

/// <summary>The listeners for connections, TCP, TLS and WebSocket, and the table of connections with its limits.</summary>
internal sealed class StreamTransport : IAsyncDisposable
{
    private readonly List<(SipListen Listen, Socket Socket)> _listeners = [];
    private readonly SipStackOptions _options;
    private readonly Lock _lock = new();
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMilliseconds(500);
    private readonly Dictionary<long, StreamConnection> _byId = [];
    private readonly Dictionary<(IPEndPoint Remote, string? ServerName), StreamConnection> _byDestination = [];
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly HashSet<Task> _tasks = [];
    private long _lastId;
    private int _handshakes;
    private bool _closing;

    public StreamTransport(SipStackOptions options, StackInbox inbox, SipCounters counters, ISipTap? tap)
    {
        _options = options;
        Inbox = inbox;
        Counters = counters;
        Tap = tap;
    }

    public StackInbox Inbox { get; }

    public SipCounters Counters { get; }

    public ISipTap? Tap { get; }

    /// <summary>Binds; gives the listener with its port. Throws <see cref="SocketException"/>.</summary>
    public SipListen Bind(SipListen listen)
    {
        var socket = new Socket(listen.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(listen.EndPoint);
            socket.Listen(512);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        SipListen bound = listen with { EndPoint = (IPEndPoint)socket.LocalEndPoint! };
        _listeners.Add((bound, socket));
        return bound;
    }

    public void Start()
    {
        foreach ((SipListen listen, Socket socket) in _listeners)
            Track(Task.Run(() => AcceptAsync(listen, socket)));
    }

    /// <summary>Down the destination's flow if open, else over a connection to its address, opened when there is none.</summary>
    public void Send(ReadOnlyMemory<byte> bytes, SipDestination destination, SipTransactionId transaction)
    {
        if (destination.Flow is { Connection: not 0 } flow && TrySendOn(Find(flow.Connection), bytes, transaction))
            return;
        if (TrySendOn(Find(destination), bytes, transaction))
            return;
        StreamConnection? opened = CanOpen(destination) ? Open(destination) : null;
        if (opened is null || !TrySendOn(opened, bytes, transaction))
        {
            Counters.Add(SipCounter.SendErrors);
            ReportSendFailed(transaction);
            return;
        }
        Track(Task.Run(opened.RunAsync));
    }

    /// <summary>The handshake is over.</summary>
    public void Established(StreamConnection connection)
    {
        if (connection.IsAccepted)
            Interlocked.Decrement(ref _handshakes);
    }

    public void Remove(StreamConnection connection)
    {
        lock (_lock)
        {
            if (!_byId.Remove(connection.Id))
                return;
            if (connection.IsAccepted && !connection.IsEstablished)
                Interlocked.Decrement(ref _handshakes);
            Counters.Add(SipCounter.ConnectionsClosed);
            if (_byDestination.TryGetValue(KeyOf(connection.Destination), out StreamConnection? current) && ReferenceEquals(current, connection))
                _byDestination.Remove(KeyOf(connection.Destination));
            IPAddress address = SipSource.Of(connection.Remote.Address);
            int left = _perAddress[address] - 1;
            if (left == 0)
                _perAddress.Remove(address);
            else
                _perAddress[address] = left;
        }
    }

    public void ReportSendFailed(SipTransactionId transaction)
    {
        if (transaction.Value != 0)
            Inbox.PostEvent(new StackItem { Kind = StackItemKind.SendFailed, Transaction = transaction });
    }

    public void ReportClosed(SipFlow flow) => Inbox.PostEvent(new StackItem { Kind = StackItemKind.Closed, Flow = flow });

    /// <summary>Gives the ports back; for a start that failed.</summary>
    public void Close()
    {
        _closing = true;
        foreach ((_, Socket socket) in _listeners)
            socket.Dispose();
    }

    /// <summary>Peers get a moment to take what is written to them already.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] writing;
        lock (_lock)
        {
            Close();
            writing = [.. _byId.Values.Select(connection => connection.FinishAsync())];
        }
        await Task.WhenAny(Task.WhenAll(writing), Task.Delay(FinishLimit)).ConfigureAwait(false);
        Task[] running;
        lock (_lock)
        {
            foreach (StreamConnection connection in _byId.Values)
                connection.Dispose();
            running = [.. _tasks];
        }
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>A WebSocket is only opened by the client (RFC 7118 5); TLS needs to know who is to answer.</summary>
    private static bool CanOpen(SipDestination destination) => destination.Transport == SipTransportKind.Tcp ||
        (destination.Transport == SipTransportKind.Tls && destination.ServerName is not null);

    // What arrived over plain TCP may be used for its address; who TLS leads to was only proved for a name we asked for (RFC 5923 9).
    private static (IPEndPoint, string?) KeyOf(SipDestination destination) => (destination.Remote, destination.ServerName);

    /// <summary>True also when the message was dropped because the connection's queue is full: another connection would not help.</summary>
    private bool TrySendOn(StreamConnection? connection, ReadOnlyMemory<byte> bytes, SipTransactionId transaction)
    {
        if (connection is null)
            return false;
        if (connection.TrySend(bytes, transaction, out bool closed))
            return true;
        if (closed)
            return false;
        Counters.Add(SipCounter.SendQueueFullDropped);
        ReportSendFailed(transaction);
        return true;
    }

    private StreamConnection? Find(long id)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(id);
    }

    private StreamConnection? Find(SipDestination destination)
    {
        if (!CanOpen(destination))
            return null;
        lock (_lock)
            return _byDestination.TryGetValue(KeyOf(destination), out StreamConnection? found) && found.Destination.Transport == destination.Transport ? found : null;
    }

    private StreamConnection? Open(SipDestination destination)
    {
        var socket = new Socket(destination.Remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        StreamConnection? connection = Register(socket, destination with { Flow = null }, listener: null);
        if (connection is null)
            socket.Dispose();
        return connection;
    }

    private StreamConnection? Register(Socket socket, SipDestination destination, SipListen? listener)
    {
        IPAddress address = SipSource.Of(destination.Remote.Address);
        lock (_lock)
        {
            int ofAddress = _perAddress.GetValueOrDefault(address);
            if (_closing || _byId.Count >= _options.MaxConnections || ofAddress >= _options.MaxConnectionsPerAddress ||
                (listener is not null && Volatile.Read(ref _handshakes) >= _options.MaxHandshakes))
            {
                Counters.Add(SipCounter.ConnectionsRefused);
                return null;
            }
            var connection = new StreamConnection(++_lastId, socket, destination, listener, this, _options);
            _byId[connection.Id] = connection;
            if (CanOpen(destination))
                _byDestination[KeyOf(destination)] = connection;
            _perAddress[address] = ofAddress + 1;
            if (listener is not null)
                Interlocked.Increment(ref _handshakes);
            return connection;
        }
    }

    private void Track(Task task)
    {
        lock (_lock)
            _tasks.Add(task);
        _ = task.ContinueWith(
            done =>
            {
                lock (_lock)
                    _tasks.Remove(done);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task AcceptAsync(SipListen listen, Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_closing)
                    return;
                Counters.Add(SipCounter.ReceiveErrors);
                // Out of descriptors, most likely: give others time to close theirs.
                await Task.Delay(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
                continue;
            }
            if (socket.RemoteEndPoint is not IPEndPoint { Address.IsIPv6LinkLocal: false } remote)
            {
                Counters.Add(SipCounter.SourceRefused);
                socket.Dispose();
                continue;
            }
            if (Register(socket, new SipDestination(listen.Transport, remote), listen) is not { } connection)
            {
                socket.Dispose();
                continue;
            }
            Counters.Add(SipCounter.ConnectionsAccepted);
            Track(Task.Run(connection.RunAsync));
        }
    }
}
