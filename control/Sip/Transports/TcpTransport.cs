using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Sip;

/// <summary>The TCP listener and the table of connections, with their limits.</summary>
internal sealed class TcpTransport : IAsyncDisposable
{
    private readonly Socket? _listener;
    private readonly SipStackOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, TcpConnection> _byId = [];
    private readonly Dictionary<IPEndPoint, TcpConnection> _byRemote = [];
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly HashSet<Task> _tasks = [];
    private Task _loop = Task.CompletedTask;
    private long _lastId;
    private bool _closing;

    public TcpTransport(IPEndPoint? listen, SipStackOptions options, StackInbox inbox, SipCounters counters, ISipTap? tap)
    {
        _options = options;
        Inbox = inbox;
        Counters = counters;
        Tap = tap;
        Local = new IPEndPoint(IPAddress.Any, 0);
        if (listen is null)
            return;
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(listen);
            _listener.Listen(512);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
        Local = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public IPEndPoint Local { get; }

    public StackInbox Inbox { get; }

    public SipCounters Counters { get; }

    public ISipTap? Tap { get; }

    public void Start()
    {
        if (_listener is not null)
            _loop = Task.Run(AcceptAsync);
    }

    /// <summary>Down the destination's flow if open, else over a connection to its address, opened when there is none.</summary>
    public void Send(ReadOnlyMemory<byte> bytes, SipDestination destination, SipTransactionId transaction)
    {
        if (destination.Flow is { Transport: SipTransportKind.Tcp } flow && TrySendOn(Find(flow.Connection), bytes, transaction))
            return;
        if (TrySendOn(Find(destination.Remote), bytes, transaction))
            return;
        TcpConnection? opened = Open(destination.Remote);
        if (opened is null || !TrySendOn(opened, bytes, transaction))
        {
            Counters.Add(SipCounter.SendErrors);
            ReportSendFailed(transaction);
            return;
        }
        Run(opened);
    }

    public void Remove(TcpConnection connection)
    {
        lock (_lock)
        {
            if (!_byId.Remove(connection.Id))
                return;
            Counters.Add(SipCounter.ConnectionsClosed);
            if (_byRemote.TryGetValue(connection.Remote, out TcpConnection? current) && ReferenceEquals(current, connection))
                _byRemote.Remove(connection.Remote);
            int left = _perAddress[connection.Remote.Address] - 1;
            if (left == 0)
                _perAddress.Remove(connection.Remote.Address);
            else
                _perAddress[connection.Remote.Address] = left;
        }
    }

    public void ReportSendFailed(SipTransactionId transaction)
    {
        if (transaction.Value != 0)
            Inbox.PostEvent(new StackItem { Kind = StackItemKind.SendFailed, Transaction = transaction });
    }

    public void ReportClosed(SipFlow flow) => Inbox.PostEvent(new StackItem { Kind = StackItemKind.Closed, Flow = flow });

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _closing = true;
            foreach (TcpConnection connection in _byId.Values)
                connection.Dispose();
            running = [.. _tasks];
        }
        _listener?.Dispose();
        await _loop.ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>True also when the message was dropped because the connection's queue is full: another connection would not help.</summary>
    private bool TrySendOn(TcpConnection? connection, ReadOnlyMemory<byte> bytes, SipTransactionId transaction)
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

    private TcpConnection? Find(long id)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(id);
    }

    private TcpConnection? Find(IPEndPoint remote)
    {
        lock (_lock)
            return _byRemote.GetValueOrDefault(remote);
    }

    private TcpConnection? Open(IPEndPoint remote)
    {
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        TcpConnection? connection = Register(socket, remote, accepted: false);
        if (connection is null)
            socket.Dispose();
        return connection;
    }

    private TcpConnection? Register(Socket socket, IPEndPoint remote, bool accepted)
    {
        lock (_lock)
        {
            int ofAddress = _perAddress.GetValueOrDefault(remote.Address);
            if (_closing || _byId.Count >= _options.MaxConnections || ofAddress >= _options.MaxConnectionsPerAddress)
            {
                Counters.Add(SipCounter.ConnectionsRefused);
                return null;
            }
            var connection = new TcpConnection(++_lastId, socket, remote, accepted, this, _options);
            _byId[connection.Id] = connection;
            _byRemote[remote] = connection;
            _perAddress[remote.Address] = ofAddress + 1;
            return connection;
        }
    }

    private void Run(TcpConnection connection)
    {
        Task task = Task.Run(connection.RunAsync);
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

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener!.AcceptAsync().ConfigureAwait(false);
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
            TcpConnection? connection = socket.RemoteEndPoint is IPEndPoint remote ? Register(socket, remote, accepted: true) : null;
            if (connection is null)
            {
                socket.Dispose();
                continue;
            }
            Counters.Add(SipCounter.ConnectionsAccepted);
            Run(connection);
        }
    }
}
