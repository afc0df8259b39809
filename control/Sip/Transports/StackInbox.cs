using System.Threading.Channels;

namespace MediaEngine.Sip;

/// <summary>
/// The stack thread's queues: what transports report (bounded by connections and sends), what the user asks, what flows bring that
/// somebody authenticated on, and what strangers bring. Taken in that order, so a flood from a wire cannot hold back the rest.
/// </summary>
internal sealed class StackInbox(SipStackOptions options, SipCounters counters, KnownSources known) : IDisposable
{
    private readonly Channel<StackItem> _events = Channel.CreateUnbounded<StackItem>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<StackItem> _commands = Bounded(options.CommandQueue_items);
    private readonly Channel<StackItem> _known = Bounded(options.ReceiveQueue_messages);
    private readonly Channel<StackItem> _strangers = Bounded(options.ReceiveQueue_messages);
    private readonly Doorbell _doorbell = new();
    private long _queued_bytes;

    /// <summary>Octets of the wires' messages that wait, as they were on the wire.</summary>
    public long Queued_bytes => Interlocked.Read(ref _queued_bytes);

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
        // Before the parser, which is what a flood costs most in. A quarter is kept for those who are known.
        long limit_bytes = known.Contains(flow) ? options.ReceiveQueue_bytes : options.ReceiveQueue_bytes - (options.ReceiveQueue_bytes / 4);
        if (Queued_bytes + bytes.Length > limit_bytes)
        {
            counters.Add(SipCounter.QueueFullDropped);
            return;
        }
        SipParseOutcome outcome = SipParser.TryParse(bytes, options.Limits, out SipMessage? message);
        switch (outcome)
        {
            case SipParseOutcome.Ok:
                PostWire(new StackItem { Kind = StackItemKind.Message, Message = message, Flow = flow, Length = bytes.Length });
                break;
            case SipParseOutcome.BadRequest:
                counters.Add(SipCounter.BadRequestAnswered);
                PostWire(new StackItem { Kind = StackItemKind.Reject, Message = message, Flow = flow, Length = bytes.Length, Status = 400 });
                break;
            case SipParseOutcome.UnsupportedVersion:
                counters.Add(SipCounter.UnsupportedVersionAnswered);
                PostWire(new StackItem { Kind = StackItemKind.Reject, Message = message, Flow = flow, Length = bytes.Length, Status = 505 });
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

    public bool TryTakeCommand(out StackItem item) => _commands.Reader.TryRead(out item);

    public bool TryTake(out StackItem item)
    {
        if (_events.Reader.TryRead(out item) || TryTakeCommand(out item))
            return true;
        if (!_known.Reader.TryRead(out item) && !_strangers.Reader.TryRead(out item))
            return false;
        Interlocked.Add(ref _queued_bytes, -item.Length);
        return true;
    }

    /// <summary>Sleeps until something is posted or the time is over.</summary>
    public void Wait(TimeSpan atMost) => _doorbell.Wait(IsEmpty, atMost);

    public void Wake() => _doorbell.Ring();

    public void Dispose() => _doorbell.Dispose();

    private bool IsEmpty() =>
        !_events.Reader.TryPeek(out _) && !_commands.Reader.TryPeek(out _) && !_known.Reader.TryPeek(out _) && !_strangers.Reader.TryPeek(out _);

    private void PostWire(in StackItem item)
    {
        Interlocked.Add(ref _queued_bytes, item.Length);
        if ((known.Contains(item.Flow) ? _known : _strangers).Writer.TryWrite(item))
        {
            Wake();
            return;
        }
        Interlocked.Add(ref _queued_bytes, -item.Length);
        counters.Add(SipCounter.QueueFullDropped);
    }

    private static Channel<StackItem> Bounded(int capacity) =>
        Channel.CreateBounded<StackItem>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
}
