namespace MediaEngine.Media;

/// <summary>One socket's way out: a queue, and the batch that empties it.</summary>
internal sealed class SocketSender : ISendDrain
{
    private readonly SendBatch _batch;
    private readonly UdpEndpoint _endpoint;
    private ShardCounters? _counters;

    public SocketSender(UdpEndpoint endpoint, SendBatch batch)
    {
        _endpoint = endpoint;
        _batch = batch;
        Queue = new SendQueue(SendBatch.Capacity, this);
    }

    public SendQueue Queue { get; }

    /// <summary>Where failures are counted; set before anything is queued.</summary>
    public void CountIn(ShardCounters counters) => _counters = counters;

    public void Flush()
    {
        if (Queue.Count > 0)
            Drain(Queue);
    }

    public void Drain(SendQueue queue) => _batch.Send(_endpoint.Descriptor, queue, _counters!);
}
