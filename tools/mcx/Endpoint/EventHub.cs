using System.Threading.Channels;

namespace MediaEngine.Tool;

/// <summary>Hands events to every subscriber. A subscriber that does not read loses its oldest events, and delays nobody.</summary>
internal sealed class EventHub
{
    private const int Backlog = 4096;

    private readonly Lock _lock = new();
    private readonly List<Channel<EndpointEvent>> _subscribers = [];
    private bool _completed;

    public ChannelReader<EndpointEvent> Subscribe(out Action unsubscribe)
    {
        var channel = Channel.CreateBounded<EndpointEvent>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            if (_completed)
                channel.Writer.TryComplete();
            else
                _subscribers.Add(channel);
        }
        unsubscribe = () =>
        {
            lock (_lock)
                _subscribers.Remove(channel);
        };
        return channel.Reader;
    }

    public void Publish(EndpointEvent happened)
    {
        lock (_lock)
        {
            foreach (Channel<EndpointEvent> subscriber in _subscribers)
                subscriber.Writer.TryWrite(happened);
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            foreach (Channel<EndpointEvent> subscriber in _subscribers)
                subscriber.Writer.TryComplete();
        }
    }
}
