using System.Threading.Channels;

namespace MediaEngine.Sip;

/// <summary>
/// The stack thread's three queues: what transports report (bounded by connections and sends), what the user asks, what wires
/// bring. Taken in that order, so a flood from a wire cannot hold back the rest.
/// </summary>
internal sealed class StackInbox(SipStackOptions options, SipCounters counters) : IDisposable
{
    private readonly Channel<StackItem> _events = Channel.CreateUnbounded<StackItem>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<StackItem> _commands = Bounded(options.CommandQueue_items);
    private readonly Channel<StackItem> _wire = Bounded(options.ReceiveQueue_messages);
    private readonly AutoResetEvent _wake = new(false);
    private int _waiting;

    public void PostEvent(in StackItem item)
    {
        _events.Writer.TryWrite(item);
        Wake();
    }

    public bool TryPostCommand(in StackItem item)
    {
        if (!_commands.Writer.TryWrite(item))
        {
            counters.Add(SipCounter.CommandQueueFull);
            return false;
        }
        Wake();
        return true;
    }

    /// <summary>Parses and queues one message; counts whatever is dropped.</summary>
    public void PostWire(ReadOnlySpan<byte> bytes, SipFlow flow)
    {
        SipParseOutcome outcome = SipParser.TryParse(bytes, options.Limits, out SipMessage? message);
        switch (outcome)
        {
            case SipParseOutcome.Ok:
                PostWire(new StackItem { Kind = StackItemKind.Message, Message = message, Flow = flow });
                break;
            case SipParseOutcome.BadRequest:
                counters.Add(SipCounter.BadRequestAnswered);
                PostWire(new StackItem { Kind = StackItemKind.Reject, Message = message, Flow = flow, Status = 400 });
                break;
            case SipParseOutcome.UnsupportedVersion:
                counters.Add(SipCounter.UnsupportedVersionAnswered);
                PostWire(new StackItem { Kind = StackItemKind.Reject, Message = message, Flow = flow, Status = 505 });
                break;
            case SipParseOutcome.Empty:
                counters.Add(SipCounter.KeepAlives);
                break;
            case SipParseOutcome.TooLarge:
                counters.Add(SipCounter.TooLargeDropped);
                break;
            default:
                counters.Add(SipCounter.MalformedDropped);
                break;
        }
    }

    public bool TryTake(out StackItem item) =>
        _events.Reader.TryRead(out item) || _commands.Reader.TryRead(out item) || _wire.Reader.TryRead(out item);

    /// <summary>Sleeps until something is posted or the time is over. The flag spares posters a system call while the thread works.</summary>
    public void Wait(TimeSpan atMost)
    {
        Interlocked.Exchange(ref _waiting, 1);
        bool empty = !_events.Reader.TryPeek(out _) && !_commands.Reader.TryPeek(out _) && !_wire.Reader.TryPeek(out _);
        if (empty)
            _wake.WaitOne(atMost);
        Interlocked.Exchange(ref _waiting, 0);
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 1)
            _wake.Set();
    }

    public void Dispose() => _wake.Dispose();

    private void PostWire(in StackItem item)
    {
        if (_wire.Writer.TryWrite(item))
            Wake();
        else
            counters.Add(SipCounter.QueueFullDropped);
    }

    private static Channel<StackItem> Bounded(int capacity) =>
        Channel.CreateBounded<StackItem>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
}
